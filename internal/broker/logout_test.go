package broker_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
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

// cached lists what is left in the cache that could be used.
func (w *world) cached() (tokens, roles int) {
	return len(w.Files.Tokens()), len(w.Files.Credentials())
}

func TestLogoutRevokesAndRemoves(t *testing.T) {
	for _, age := range []time.Duration{0, 2 * time.Hour} { // a live token, an expired one
		inWorld(t, emulator.Config{}, func(w *world) {
			w.Names = []string{w.Session.StartURL}
			w.Login()
			w.MustGet()
			tok := w.Stored("corp")
			sleep(age)
			if out := w.Logout(); len(out.Unrevoked) != 0 {
				t.Errorf("not revoked: %v", out.Unrevoked)
			}
			if tokens, roles := w.cached(); tokens != 0 || roles != 0 {
				t.Errorf("%d tokens and %d roles are left", tokens, roles)
			}
			_, err := w.Client().RoleCredentials(w.T.Context(), tok.AccessToken, account, admin)
			if err == nil {
				t.Error("the access token still works")
			}
			if _, err := w.Client().Refresh(w.T.Context(), registrationOf(tok), tok.RefreshToken); err == nil {
				t.Error("the refresh token still works")
			}
			_, err = w.Get()
			mustBeEnded(t, err)
		})
	}
}

// The copy under the legacy name has the access token of the holder. Whichever
// file comes first, an expired session must be ended by the one that can.
func TestLogoutOfAnExpiredSessionWithACopy(t *testing.T) {
	for _, name := range []string{"corp", "dev"} { // their files sort behind and before the copy's
		inWorld(t, emulator.Config{}, func(w *world) {
			w.Session.Name = name
			w.Names = []string{w.Session.StartURL}
			w.Login()
			tok := w.Stored(name)
			sleep(2 * time.Hour)
			if _, err := w.Process().LogoutAll(w.T.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Client().Refresh(w.T.Context(), registrationOf(tok), tok.RefreshToken); err == nil {
				t.Errorf("%s: the refresh token still works", name)
			}
		})
	}
}

// A file that is broken for good is removed, and does not hide the others.
func TestLogoutRemovesABrokenFile(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		if err := os.Truncate(w.Files.TokenPath("corp"), 5); err != nil {
			t.Fatal(err)
		}
		if out := w.Logout(); len(out.Files) != 1 || len(out.Unrevoked) != 1 {
			t.Errorf("%+v", out)
		}
	})
}

func TestLogoutOfOneLeavesTheOther(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.MustGet()
		other := ssocache.Token{
			StartURL: "https://other.awsapps.com/start", Region: "us-east-1",
			AccessToken: secret.New("x"), ExpiresAt: time.Now().Add(time.Hour),
		}
		role := ssocache.Credentials{
			AccessKeyID: "A", SecretAccessKey: secret.New("k"), SessionToken: secret.New("t"),
			Expiration: time.Now().Add(time.Hour), Session: "other",
		}
		if err := w.Files.SaveToken("other", other); err != nil {
			t.Fatal(err)
		}
		if err := w.Files.SaveCredentials(ssocache.RoleName(account, admin, "other", ""), role); err != nil {
			t.Fatal(err)
		}
		w.Logout()
		if tokens, roles := w.cached(); tokens != 1 || roles != 1 {
			t.Errorf("%d tokens and %d roles are left, want the other session's", tokens, roles)
		}
		out, err := w.Process().LogoutAll(w.T.Context())
		if err != nil || len(out.Files) != 1 {
			t.Errorf("logout of all: %v %v", out, err)
		}
		if tokens, roles := w.cached(); tokens != 0 || roles != 0 {
			t.Errorf("%d tokens and %d roles are left after the logout of all", tokens, roles)
		}
	})
}

func TestLogoutOffline(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.Before = func(*http.Request) (*http.Response, error) { return nil, http.ErrServerClosed }
		out := w.Logout()
		if len(out.Unrevoked) != 1 || out.Unrevoked[0].StartURL != w.Session.StartURL {
			t.Errorf("unrevoked %v, want the session named", out.Unrevoked)
		}
		if tokens, _ := w.cached(); tokens != 0 {
			t.Error("the token is still there")
		}
	})
}

func TestLogoutDuringAFetch(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.Before = func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/federation/credentials") {
				w.Before = nil
				defer w.Logout() // after the keys were given out, before they are stored
				return w.RoundTrip(r)
			}
			return nil, nil
		}
		w.MustGet() // who asked before the logout gets an answer
		if tokens, roles := w.cached(); tokens != 0 || roles != 0 {
			t.Errorf("%d tokens and %d roles were stored after the logout", tokens, roles)
		}
	})
}

func TestLogoutWaitsForARefreshAndRevokesItsToken(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		sleep(2 * time.Hour)
		w.Emu.AddFault(emulator.Fault{Operation: refresh, Delay: 2 * time.Second, Count: 1})
		var got ssocache.Token
		done := make(chan struct{})
		go func() {
			defer close(done)
			got, _ = w.Token()
		}()
		sleep(time.Second) // the refresh is under way
		w.Logout()
		<-done
		if tokens, _ := w.cached(); tokens != 0 {
			t.Error("a token was stored after the logout")
		}
		if !got.AccessToken.IsZero() {
			if _, err := w.Client().RoleCredentials(w.T.Context(), got.AccessToken, account, admin); err == nil {
				t.Error("the token of the refresh in flight still works")
			}
		}
	})
}

func TestLogoutCanBeInterrupted(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		ctx, cancel := context.WithCancel(w.T.Context())
		w.Before = func(r *http.Request) (*http.Response, error) {
			cancel()
			<-r.Context().Done()
			return nil, r.Context().Err()
		}
		if _, err := w.Process().Logout(ctx, w.Session, nil); err == nil {
			t.Error("no error")
		}
		if tokens, _ := w.cached(); tokens != 1 {
			t.Error("the token is gone although it was not revoked and the person broke off")
		}
	})
}

// The access token is dead and the refresh token is not: the session is ended all the
// same.
func TestLogoutEndsWhatTheRefreshTokenCouldRenew(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		tok := w.Stored("corp")
		w.Emu.ExpireAccessTokens()
		if out := w.Logout(); len(out.Unrevoked) != 0 || len(out.Revoked) != 1 {
			t.Errorf("it went %+v", out)
		}
		w.Count("Logout", 2)
		w.Count(refresh, 1)
		if _, err := w.Client().Refresh(w.T.Context(), registrationOf(tok), tok.RefreshToken); err == nil {
			t.Error("the refresh token still works")
		}
	})
}

// Only that it does not know the token says that the service has no session.
func TestLogoutThatTheServiceRefuses(t *testing.T) {
	for _, status := range []int{http.StatusBadRequest, http.StatusForbidden, http.StatusNotFound} {
		inWorld(t, emulator.Config{}, func(w *world) {
			w.Login()
			w.Emu.AddFault(emulator.Fault{Operation: "Logout", Status: status, Code: "SomeException"})
			if out := w.Logout(); len(out.Unrevoked) != 1 || len(out.Revoked) != 0 {
				t.Errorf("status %d: it went %+v", status, out)
			}
			if tokens, _ := w.cached(); tokens != 0 {
				t.Errorf("status %d: the token is still there", status)
			}
		})
	}
}

// A token that cannot be stored is ended: nobody would know of it.
func TestASignInThatCannotBeStoredIsRevoked(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		in := w.ByCode("sso login", func(text string) {
			w.Approve(text)
			w.Unwritable()
			_ = os.RemoveAll(w.Files.SSO()) // and with it the place that was reserved
		})
		if _, err := w.Process().Login(w.T.Context(), w.Session, in); err == nil {
			t.Fatal("it was stored")
		}
		w.Count("Logout", 1)
	})
}
