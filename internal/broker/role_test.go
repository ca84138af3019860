package broker_test

import (
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

func (f *fixture) roleName() string {
	return ssocache.RoleName(account, admin, f.Session.Name, f.Session.StartURL)
}

func TestRoleCredentialsAreReused(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		first := f.MustGet()
		sleep(44 * time.Minute)
		if again := f.MustGet(); again.AccessKeyID != first.AccessKeyID {
			t.Error("16 minutes left: fetched again")
		}
		f.Count("GetRoleCredentials", 1)
		sleep(2 * time.Minute)
		if again := f.MustGet(); again.AccessKeyID == first.AccessKeyID {
			t.Error("14 minutes left: not fetched again")
		}
		f.Count("GetRoleCredentials", 2)
	})
}

func TestRoleCredentialsNeedNoToken(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.MustGet()
		if err := removeAll(f.Files.SSO()); err != nil {
			t.Fatal(err)
		}
		f.MustGet() // like the AWS CLI
		f.Count("GetRoleCredentials", 1)
	})
}

func TestCachedAnswerRefreshesDueToken(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Session.RefreshWindow, f.Session.HasWindow = 12*time.Hour, true
		f.Login()
		f.MustGet()
		sleep(31 * time.Minute)
		f.MustGet()
		f.Count(refresh, 1)
		f.Count("GetRoleCredentials", 1)
	})
}

func TestCachedCredentialsAfterFailure(t *testing.T) {
	tests := []struct {
		name  string
		fault emulator.Fault
		left  time.Duration // of the cached credentials
		want  bool          // the cached credentials are used
	}{
		{"500", emulator.Fault{Status: 500}, 10 * time.Minute, true},
		{"429", emulator.Fault{Status: 429, Code: "TooManyRequestsException"}, 10 * time.Minute, true},
		{"dropped connection", emulator.Fault{Drop: true}, 10 * time.Minute, true},
		{"500 in the last minute", emulator.Fault{Status: 500}, 59 * time.Second, false},
		{"access denied", emulator.Fault{Status: 403, Code: "ForbiddenException"}, 10 * time.Minute, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.Login()
				old := f.MustGet()
				sleep(time.Until(old.Expiration) - tt.left)
				tt.fault.Operation = "GetRoleCredentials"
				if tt.fault.Drop { // the fixture has no connections to drop
					f.Before = func(r *http.Request) (*http.Response, error) {
						if strings.Contains(r.URL.Path, "credentials") {
							return nil, http.ErrServerClosed
						}
						return nil, nil
					}
				} else {
					f.Emu.AddFault(tt.fault)
				}
				c, err := f.Get()
				if used := err == nil && c.AccessKeyID == old.AccessKeyID; used != tt.want {
					t.Errorf("cached credentials used: %v, want %v (%v)", used, tt.want, err)
				}
				if tt.want && len(f.Warned) == 0 {
					t.Error("no warning")
				}
			})
		})
	}
}

func TestPortalRejectsTheToken(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Emu.ExpireAccessTokens() // the date in the file does not change
		f.MustGet()
		f.Count(refresh, 1)
		f.Count("GetRoleCredentials", 2)
	})
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Emu.RevokeSessions("jane")
		_, err := f.Get()
		mustBeEnded(t, err)
		f.Count(refresh, 1)
		f.Count("GetRoleCredentials", 1)
	})
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Session.Scopes = nil // a legacy token: eight hours, no refresh token
		f.Login()
		f.Emu.RevokeSessions("jane")
		_, err := f.Get()
		mustBeEnded(t, err)
		f.Count(refresh, 0)
	})
}

func TestRefusalIsShared(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Emu.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Delay: time.Second, Status: 403, Code: "ForbiddenException", Message: "No access"})
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				const want = "An error occurred (ForbiddenException) when calling the GetRoleCredentials operation: No access"
				if _, err := f.Get(); err == nil || err.Error() != want {
					t.Errorf("error %v, want %s", err, want)
				}
			})
		}
		wg.Wait()
		f.Count("GetRoleCredentials", 1)
	})
}

// During the call to the portal, the role's lock is held and the session's lock is free. Both
// lock files are beside the data that they guard.
func TestLocksDuringFetch(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		looked := false
		f.Before = func(r *http.Request) (*http.Response, error) {
			if !strings.Contains(r.URL.Path, "/federation/credentials") {
				return nil, nil
			}
			looked = true
			role := filepath.Join(f.Files.Roles(), "."+strings.TrimSuffix(f.roleName(), ".json")+".lock")
			session := filepath.Join(f.Files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName(f.Session.StartURL), ".json")+".lock")
			if l, err := filelock.Try(role); err == nil {
				l.Release()
				t.Error("the role's lock is free during the fetch")
			}
			l, err := filelock.Try(session)
			if err != nil {
				t.Errorf("the session's lock is held during the fetch: %v", err)
			}
			l.Release()
			return nil, nil
		}
		f.MustGet()
		if !looked {
			t.Error("no fetch")
		}
	})
}

// A process that is stopped while it holds a lock must not block the other processes for ever.
func TestLockIsNotReleased(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		lock, err := filelock.Try(filepath.Join(f.Files.SSO(), "."+strings.TrimSuffix(ssocache.TokenName(f.Session.StartURL), ".json")+".lock"))
		if err != nil {
			t.Fatal(err)
		}
		defer lock.Release()
		sleep(50 * time.Minute)
		start := time.Now()
		if _, err := f.Token(); err != nil || time.Since(start) > time.Second {
			t.Errorf("valid token: took %v, error %v; want at most 1 s", time.Since(start), err)
		}
		sleep(time.Hour)
		start = time.Now()
		if _, err := f.Token(); err != nil {
			t.Errorf("expired token: %v", err)
		}
		if took := time.Since(start); took < 25*time.Second || took > 30*time.Second {
			t.Errorf("expired token: took %v, want 25 to 30 s", took)
		}
		if len(f.Warned) == 0 || !strings.Contains(f.Warned[len(f.Warned)-1], "without a lock") {
			t.Errorf("warnings %q, want a warning about a missing lock", f.Warned)
		}
	})
}

func TestTwoNamesOfOneSession(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Names = []string{f.Session.StartURL} // the config has legacy profiles too
		f.Login()
		check := func(when string) {
			t.Helper()
			session, legacy := f.Stored("corp"), f.Stored(f.Session.StartURL)
			if !legacy.AccessToken.Equal(session.AccessToken) {
				t.Errorf("%s: the two names have different tokens", when)
			}
			if session.RefreshToken.IsZero() || !legacy.RefreshToken.IsZero() {
				t.Errorf("%s: the refresh token is not only in the session's file", when)
			}
		}
		check("after the login")
		sleep(2 * time.Hour)
		f.WithSession(profile.Session{StartURL: f.Session.StartURL, Region: f.Session.Region}, "corp").MustGet()
		check("after a refresh by the legacy name")
		f.MustGet()
		f.Count(refresh, 1)
	})
}

// To find the other names of a session, the program reads the whole config. If the cache
// answers a request and the session's own token is not due for a refresh, the program does not
// need these names.
func TestCacheNeedsNoOtherNames(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.MustGet()
		get := func() (asked int) {
			b := f.Process()
			b.Ask = func(context.Context, broker.Request) (broker.Answer, bool, error) { return broker.Answer{}, false, nil }
			b.Siblings = func(profile.Session) []string { asked++; return nil }
			if _, err := b.Get(f.T.Context(), f.Request()); err != nil {
				t.Error(err)
			}
			return asked
		}
		if n := get(); n != 0 {
			t.Errorf("asked for other names %d times, want 0", n)
		}
		sleep(50 * time.Minute)
		if n := get(); n == 0 {
			t.Error("10 minutes left: did not look for a better token under other names")
		}
		f.Count(refresh, 1)
	})
}

// A service has refused the credentials of several processes. One of the processes fetches new
// credentials.
func TestRejectedCredentials(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		old := f.MustGet()
		r := f.Request()
		r.Rejected = old.SessionToken
		got := make([]ssocache.Credentials, 5)
		var all sync.WaitGroup
		for i := range got {
			all.Go(func() {
				a, err := f.Process().Get(f.T.Context(), r)
				if err != nil {
					t.Error(err)
				}
				got[i] = a.Credentials
			})
		}
		all.Wait()
		for _, c := range got {
			if c.AccessKeyID == old.AccessKeyID || c.AccessKeyID != got[0].AccessKeyID {
				t.Errorf("got key %s; the rejected one is %s, process 0 got %s", c.AccessKeyID, old.AccessKeyID, got[0].AccessKeyID)
			}
		}
		f.Count("GetRoleCredentials", 2)
	})
}

// The file name depends on the session's name, which another config may give to another start
// URL.
func TestRoleCredentialsOfAnotherStartURLAreNotUsed(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		other := ssocache.Credentials{
			AccessKeyID: "ASIAOTHER", SecretAccessKey: secret.New("k"), SessionToken: secret.New("t"),
			Expiration: time.Now().Add(time.Hour), Session: "corp", StartURL: "https://other.awsapps.com/start",
		}
		if err := f.Files.SaveCredentials(f.roleName(), other); err != nil {
			t.Fatal(err)
		}
		if c := f.MustGet(); c.AccessKeyID == "ASIAOTHER" {
			t.Error("the credentials of another start URL are returned")
		}
	})
}
