package broker_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

func removeAll(dir string) error {
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if err == nil {
			err = os.Remove(filepath.Join(dir, e.Name()))
		}
	}
	return err
}

// cached returns how many usable tokens and role credentials the cache has.
func (f *fixture) cached() (tokens, roles int) {
	return len(f.Files.Tokens()), len(f.Files.Credentials())
}

func TestLogoutRevokesAndRemoves(t *testing.T) {
	for _, age := range []time.Duration{0, 2 * time.Hour} { // a valid token, an expired one
		withFixture(t, emulator.Config{}, func(f *fixture) {
			f.Names = []string{f.Session.StartURL}
			f.Login()
			f.MustGet()
			tok := f.Stored("corp")
			sleep(age)
			if out := f.Logout(); len(out.Unrevoked) != 0 {
				t.Errorf("unrevoked %v, want none", out.Unrevoked)
			}
			if tokens, roles := f.cached(); tokens != 0 || roles != 0 {
				t.Errorf("%d tokens and %d role credentials are left", tokens, roles)
			}
			_, err := f.Client().RoleCredentials(f.T.Context(), tok.AccessToken, account, admin)
			if err == nil {
				t.Error("the access token still works")
			}
			if _, err := f.Client().Refresh(f.T.Context(), registrationOf(tok), tok.RefreshToken); err == nil {
				t.Error("the refresh token still works")
			}
			_, err = f.Get()
			mustBeEnded(t, err)
		})
	}
}

// The copy under the legacy name has the same access token, and no refresh token. Logout ends
// the expired session by the refresh token, even if it reads the copy first.
func TestLogoutOfExpiredSessionWithCopy(t *testing.T) {
	for _, name := range []string{"corp", "dev"} { // sort before and after the name of the copy
		withFixture(t, emulator.Config{}, func(f *fixture) {
			f.Session.Name = name
			f.Names = []string{f.Session.StartURL}
			f.Login()
			tok := f.Stored(name)
			sleep(2 * time.Hour)
			if _, err := f.Process().LogoutAll(f.T.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := f.Client().Refresh(f.T.Context(), registrationOf(tok), tok.RefreshToken); err == nil {
				t.Errorf("%s: the refresh token still works", name)
			}
		})
	}
}

func TestLogoutRemovesCorruptFile(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		if err := os.Truncate(f.Files.TokenPath("corp"), 5); err != nil {
			t.Fatal(err)
		}
		if out := f.Logout(); len(out.Files) != 1 || len(out.Unrevoked) != 1 {
			t.Errorf("logout %+v, want one removed file and one unrevoked session", out)
		}
	})
}

func TestLogoutLeavesOtherSessions(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.MustGet()
		other := ssocache.Token{
			StartURL: "https://other.awsapps.com/start", Region: "us-east-1",
			AccessToken: secret.New("x"), ExpiresAt: time.Now().Add(time.Hour),
		}
		role := ssocache.Credentials{
			AccessKeyID: "A", SecretAccessKey: secret.New("k"), SessionToken: secret.New("t"),
			Expiration: time.Now().Add(time.Hour), Session: "other",
		}
		if err := f.Files.SaveToken("other", other); err != nil {
			t.Fatal(err)
		}
		if err := f.Files.SaveCredentials(ssocache.RoleName(account, admin, "other", ""), role); err != nil {
			t.Fatal(err)
		}
		f.Logout()
		if tokens, roles := f.cached(); tokens != 1 || roles != 1 {
			t.Errorf("%d tokens and %d role credentials are left, want those of the other session", tokens, roles)
		}
		out, err := f.Process().LogoutAll(f.T.Context())
		if err != nil || len(out.Files) != 1 {
			t.Errorf("LogoutAll: %+v, %v; want one removed file", out, err)
		}
		if tokens, roles := f.cached(); tokens != 0 || roles != 0 {
			t.Errorf("%d tokens and %d role credentials are left after LogoutAll", tokens, roles)
		}
	})
}

func TestLogoutOffline(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Before = func(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }
		out := f.Logout()
		if len(out.Unrevoked) != 1 || out.Unrevoked[0].StartURL != f.Session.StartURL {
			t.Errorf("unrevoked %v, want the session", out.Unrevoked)
		}
		if tokens, _ := f.cached(); tokens != 0 {
			t.Error("the token is still there")
		}
	})
}

func TestLogoutDuringFetch(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Before = func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/federation/credentials") {
				f.Before = nil
				defer f.Logout() // after the portal has answered, before the credentials are stored
				return f.RoundTrip(r)
			}
			return nil, nil
		}
		f.MustGet() // a request from before the logout succeeds
		if tokens, roles := f.cached(); tokens != 0 || roles != 0 {
			t.Errorf("%d tokens and %d role credentials were stored after the logout", tokens, roles)
		}
	})
}

func TestLogoutDuringRefresh(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		sleep(2 * time.Hour)
		f.Emu.AddFault(emulator.Fault{Operation: refresh, Delay: 2 * time.Second, Count: 1})
		var got ssocache.Token
		done := make(chan struct{})
		go func() {
			defer close(done)
			got, _ = f.Token()
		}()
		sleep(time.Second) // the refresh is under way
		f.Logout()
		<-done
		if tokens, _ := f.cached(); tokens != 0 {
			t.Error("a token was stored after the logout")
		}
		if !got.AccessToken.IsZero() {
			if _, err := f.Client().RoleCredentials(f.T.Context(), got.AccessToken, account, admin); err == nil {
				t.Error("the token of the interrupted refresh still works")
			}
		}
	})
}

func TestInterruptedLogout(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		ctx, cancel := context.WithCancel(f.T.Context())
		f.Before = func(r *http.Request) (*http.Response, error) {
			cancel()
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		if _, err := f.Process().Logout(ctx, f.Session, nil); err == nil {
			t.Error("no error")
		}
		if tokens, _ := f.cached(); tokens != 1 {
			t.Error("the token was removed, although the logout was interrupted before it was revoked")
		}
	})
}

// The access token has expired and the refresh token is valid. The logout ends the session by
// the refresh token.
func TestLogoutByRefreshToken(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		tok := f.Stored("corp")
		f.Emu.ExpireAccessTokens()
		if out := f.Logout(); len(out.Unrevoked) != 0 || len(out.Revoked) != 1 {
			t.Errorf("logout %+v, want one revoked session", out)
		}
		f.Count("Logout", 2)
		f.Count(refresh, 1)
		if _, err := f.Client().Refresh(f.T.Context(), registrationOf(tok), tok.RefreshToken); err == nil {
			t.Error("the refresh token still works")
		}
	})
}

// Only the error for an unknown token means that the session has ended.
func TestLogoutRefusedByService(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound} {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			f.Login()
			f.Emu.AddFault(emulator.Fault{Operation: "Logout", Status: status, Code: "SomeException"})
			if out := f.Logout(); len(out.Unrevoked) != 1 || len(out.Revoked) != 0 {
				t.Errorf("status %d: logout %+v, want one unrevoked session", status, out)
			}
			if tokens, _ := f.cached(); tokens != 0 {
				t.Errorf("status %d: the token is still there", status)
			}
		})
	}
}

// If a new token cannot be stored, the sign-in revokes it.
func TestSignInWithoutStorageIsRevoked(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes that make a folder read-only")
	}
	withFixture(t, emulator.Config{}, func(f *fixture) {
		in := f.ByCode("sso login", func(text string) {
			f.Approve(text)
			_ = os.RemoveAll(f.Files.SSO()) // removes the reserved file too
			f.Unwritable()
		})
		if _, err := f.Process().Login(f.T.Context(), f.Session, in); err == nil {
			t.Fatal("the token was stored")
		}
		f.Count("Logout", 1)
	})
}
