package broker_test

import (
	"errors"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/filelock"
)

// spoil replaces a sidecar file with a folder, so that the file exists and cannot be read.
func (f *fixture) spoil(suffix string) {
	f.T.Helper()
	path := f.SessionFile(suffix)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		f.T.Fatal(err)
	}
	if err := os.Mkdir(path, 0o700); err != nil {
		f.T.Fatal(err)
	}
}

// A sidecar file becomes unreadable before or during a refresh. The new token is stored and
// not revoked.
func TestUnreadableSidecarDuringRefresh(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not remove a lock file that is open")
	}
	for _, suffix := range []string{".generation", ".outcome", ".lock", ".login.lock", ".login.outcome", ".login.holder"} {
		for _, when := range []string{"before", "during"} {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.Login()
				sleep(2 * time.Hour)
				if when == "before" {
					f.spoil(suffix)
				}
				f.Before = func(r *http.Request) (*http.Response, error) {
					f.Before = nil
					if when == "during" {
						f.spoil(suffix)
					}
					return nil, nil
				}
				c := f.MustGet()
				if c.AccessKeyID == "" || f.Stored("corp").Left(time.Now()) <= 0 {
					t.Errorf("%s unreadable %s the refresh: the new token was not stored", suffix, when)
				}
				f.Count("Logout", 0)
				f.Count(refresh, 1)
				sleep(2 * time.Hour)
				f.MustGet() // the next refresh works too
				f.Count(refresh, 2)
			})
		}
	}
}

// If the generation cannot be read and all token files are gone, the user has signed out.
func TestSignOutWithUnreadableGeneration(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.Before = func(r *http.Request) (*http.Response, error) {
			if strings.Contains(r.URL.Path, "/federation/credentials") {
				f.Before = nil
				f.Logout()
				f.spoil(".generation")
				return nil, nil
			}
			return nil, nil
		}
		_, _ = f.Get()
		if tokens, roles := f.cached(); tokens != 0 || roles != 0 {
			t.Errorf("%d tokens and %d role credentials were stored after the logout", tokens, roles)
		}
	})
}

// An outcome file is unreadable at first, and readable later. The broker does not share its
// old failure.
func TestOldOutcomeReadLater(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		sleep(2 * time.Hour)
		f.Emu.AddFault(emulator.Fault{Operation: refresh, Status: http.StatusServiceUnavailable, Code: "SlowDownException"})
		if _, err := f.Token(); err == nil {
			t.Fatal("no error")
		}
		f.Emu.ClearFaults()
		old, err := os.ReadFile(f.SessionFile(".outcome"))
		if err != nil {
			t.Fatal(err)
		}
		f.spoil(".outcome")
		release := f.lock(".lock")
		go func() {
			sleep(time.Second)
			_ = os.Remove(f.SessionFile(".outcome"))
			_ = os.WriteFile(f.SessionFile(".outcome"), old, 0o600)
			sleep(time.Second)
			release()
		}()
		if _, err := f.Token(); err != nil {
			t.Errorf("the failure of an earlier attempt was shared: %v", err)
		}
	})
}

// lock takes one of the session's locks, like another process.
func (f *fixture) lock(suffix string) (release func()) {
	f.T.Helper()
	lock, err := filelock.Try(f.SessionFile(suffix))
	if err != nil {
		f.T.Fatal(err)
	}
	return lock.Release
}
