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
	w.t.Helper()
	path := w.companion(suffix)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		w.t.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		w.t.Fatal(err)
	}
}

// A companion file that becomes unreadable while a token is renewed says nothing about
// the session: the token is stored and never revoked.
func TestACompanionThatCannotBeReadDuringARenewal(t *testing.T) {
	for _, suffix := range []string{".generation", ".outcome", ".lock", ".login.lock", ".login.outcome", ".login.holder"} {
		for _, when := range []string{"before", "meanwhile"} {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.login()
				sleep(2 * time.Hour)
				if when == "before" {
					w.spoil(suffix)
				}
				w.before = func(r *http.Request) (*http.Response, error) {
					w.before = nil
					if when == "meanwhile" {
						w.spoil(suffix)
					}
					return nil, nil
				}
				c := w.mustGet()
				if c.AccessKeyID == "" || w.stored("corp").Left(time.Now()) <= 0 {
					t.Errorf("%s unreadable %s: the new token was not stored", suffix, when)
				}
				w.count("Logout", 0)
				w.count(refresh, 1)
				sleep(2 * time.Hour)
				w.mustGet() // the next renewal works too
				w.count(refresh, 2)
			})
		}
	}
}

// The generation cannot be read, but every token file is gone: that is a sign-out.
func TestASignOutWithoutAReadableGeneration(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		w.before = func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/federation/credentials") {
				w.before = nil
				w.logout()
				w.spoil(".generation")
				return nil, nil
			}
			return nil, nil
		}
		_, _ = w.get()
		if tokens, roles := w.cached(); tokens != 0 || roles != 0 {
			t.Errorf("%d tokens and %d roles were stored after the logout", tokens, roles)
		}
	})
}

// An old outcome that could not be read at first is not news from another process.
func TestAnOldOutcomeIsNotNews(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		sleep(2 * time.Hour)
		w.emu.AddFault(emulator.Fault{Operation: refresh, Status: http.StatusServiceUnavailable, Code: "SlowDownException"})
		if _, err := w.token(); err == nil {
			t.Fatal("no error")
		}
		w.emu.ClearFaults()
		old, err := os.ReadFile(w.companion(".outcome"))
		if err != nil {
			t.Fatal(err)
		}
		w.spoil(".outcome")
		release := w.lock(".lock")
		go func() {
			sleep(time.Second)
			_ = os.Remove(w.companion(".outcome"))
			_ = os.WriteFile(w.companion(".outcome"), old, 0o600)
			sleep(time.Second)
			release()
		}()
		if _, err := w.token(); err != nil {
			t.Errorf("the failure of an earlier attempt was taken for that of the lock's holder: %v", err)
		}
	})
}

// lock takes one of the session's locks as another process would.
func (w *world) lock(suffix string) (release func()) {
	w.t.Helper()
	lock, err := filelock.Try(w.companion(suffix))
	if err != nil {
		w.t.Fatal(err)
	}
	return lock.Release
}
