package broker_test

import (
	"errors"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/filelock"
)

// spoil puts a folder in place of a companion file, which is then neither readable
// nor absent.
func (w *world) spoil(suffix string) {
	w.T.Helper()
	path := w.Companion(suffix)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		w.T.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		w.T.Fatal(err)
	}
}

// A companion file that becomes unreadable while a token is renewed says nothing about
// the session: the token is stored and never revoked.
func TestACompanionThatCannotBeReadDuringARenewal(t *testing.T) {
	for _, suffix := range []string{".generation", ".outcome", ".lock", ".login.lock", ".login.outcome", ".login.holder"} {
		for _, when := range []string{"before", "meanwhile"} {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.Login()
				sleep(2 * time.Hour)
				if when == "before" {
					w.spoil(suffix)
				}
				w.Before = func(r *http.Request) (*http.Response, error) {
					w.Before = nil
					if when == "meanwhile" {
						w.spoil(suffix)
					}
					return nil, nil
				}
				c := w.MustGet()
				if c.AccessKeyID == "" || w.Stored("corp").Left(time.Now()) <= 0 {
					t.Errorf("%s unreadable %s: the new token was not stored", suffix, when)
				}
				w.Count("Logout", 0)
				w.Count(refresh, 1)
				sleep(2 * time.Hour)
				w.MustGet() // the next renewal works too
				w.Count(refresh, 2)
			})
		}
	}
}

// The generation cannot be read, but every token file is gone: that is a sign-out.
func TestASignOutWithoutAReadableGeneration(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.Before = func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/federation/credentials") {
				w.Before = nil
				w.Logout()
				w.spoil(".generation")
				return nil, nil
			}
			return nil, nil
		}
		_, _ = w.Get()
		if tokens, roles := w.cached(); tokens != 0 || roles != 0 {
			t.Errorf("%d tokens and %d roles were stored after the logout", tokens, roles)
		}
	})
}

// An old outcome that could not be read at first is not news from another process.
func TestAnOldOutcomeIsNotNews(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		sleep(2 * time.Hour)
		w.Emu.AddFault(emulator.Fault{Operation: refresh, Status: http.StatusServiceUnavailable, Code: "SlowDownException"})
		if _, err := w.Token(); err == nil {
			t.Fatal("no error")
		}
		w.Emu.ClearFaults()
		old, err := os.ReadFile(w.Companion(".outcome"))
		if err != nil {
			t.Fatal(err)
		}
		w.spoil(".outcome")
		release := w.lock(".lock")
		go func() {
			sleep(time.Second)
			_ = os.Remove(w.Companion(".outcome"))
			_ = os.WriteFile(w.Companion(".outcome"), old, 0o600)
			sleep(time.Second)
			release()
		}()
		if _, err := w.Token(); err != nil {
			t.Errorf("the failure of an earlier attempt was taken for that of the lock's holder: %v", err)
		}
	})
}

// lock takes one of the session's locks as another process would.
func (w *world) lock(suffix string) (release func()) {
	w.T.Helper()
	lock, err := filelock.Try(w.Companion(suffix))
	if err != nil {
		w.T.Fatal(err)
	}
	return lock.Release
}
