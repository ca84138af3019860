package broker_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// useAll gets role credentials in n processes at the same time, and checks that all get the
// same credentials.
func (f *fixture) useAll(n int) ssocache.Credentials {
	f.T.Helper()
	got := make([]ssocache.Credentials, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var err error
			if got[i], err = f.Get(); err != nil {
				f.T.Errorf("process %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for i, c := range got {
		if c.AccessKeyID != got[0].AccessKeyID || !c.Expiration.Truncate(time.Second).Equal(got[0].Expiration.Truncate(time.Second)) {
			f.T.Errorf("process %d got %s until %v, process 0 got %s until %v", i, c.AccessKeyID, c.Expiration, got[0].AccessKeyID, got[0].Expiration)
		}
	}
	return got[0]
}

func (f *fixture) storedCredentials() ssocache.Credentials {
	f.T.Helper()
	c, err := f.Files.LoadCredentials(f.roleName())
	if err != nil {
		f.T.Fatal(err)
	}
	return c
}

func TestWrongClock(t *testing.T) {
	tests := []struct {
		ahead   time.Duration
		warning string // "" means no warning
	}{
		{0, ""},
		{4 * time.Minute, ""},
		{-4 * time.Minute, ""},
		{6 * time.Minute, "this machine's clock is 6m fast"},
		{50 * time.Minute, "this machine's clock is 50m fast"},
		{time.Hour, "this machine's clock is 1h0m fast"},
		{-time.Hour, "this machine's clock is 1h0m slow"},
		{90 * time.Hour, "this machine's clock is 4 days fast"},
		{-90 * time.Hour, "this machine's clock is 4 days slow"},
	}
	for _, tt := range tests {
		t.Run(tt.ahead.String(), func(t *testing.T) {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.SetClock(tt.ahead)
				f.Login()
				f.Warned = nil
				sleep(2 * time.Hour) // the token has expired
				f.Emu.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Delay: time.Second})
				c := f.useAll(50)
				f.Count(refresh, 1)
				f.Count("GetRoleCredentials", 1)
				f.Emu.ClearFaults()

				if left := c.Left(f.Now()); left < 50*time.Minute || left > time.Hour {
					t.Errorf("credentials valid for %v by this clock, want 50 minutes to an hour", left)
				}
				if left := f.storedCredentials().Left(time.Now()); left > time.Hour {
					t.Errorf("stored credentials valid for %v by the service's clock, want at most an hour", left)
				}
				if tt.ahead < 0 && !f.storedCredentials().Reusable(f.Now()) {
					t.Error("stored credentials cannot be reused")
				}
				if tt.warning == "" && len(f.Warned) > 0 || tt.warning != "" && (len(f.Warned) == 0 || !strings.HasPrefix(f.Warned[0], tt.warning+"; correct it, ")) {
					t.Errorf("warned %q, want %q", f.Warned, tt.warning)
				}

				// Later processes make no call either.
				for range 20 {
					sleep(10 * time.Second)
					f.MustGet()
				}
				f.Count(refresh, 1)
				f.Count("GetRoleCredentials", 1)
			})
		})
	}
}

func TestOneWarningAboutTheClock(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.SetClock(time.Hour)
		f.Login()
		sleep(2 * time.Hour)
		f.Warned = nil
		process := f.Process()
		for range 3 { // a refresh and a fetch, and more fetches
			sleep(10 * time.Minute)
			if _, err := process.Get(f.T.Context(), f.Request()); err != nil {
				t.Fatal(err)
			}
		}
		if len(f.Warned) != 1 {
			t.Errorf("warned %q, want one warning", f.Warned)
		}
	})
}

// A user uses a profile every minute of a working day, while the clock is wrong.
func TestDayWithAWrongClock(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		withFixture(t, emulator.Config{PortalSession: 24 * time.Hour}, func(f *fixture) {
			f.SetClock(ahead)
			f.Login()
			end := map[string]time.Time{} // when credentials expire by the service's clock
			for range 8 * 60 {
				c := f.MustGet()
				if _, known := end[c.AccessKeyID]; !known {
					end[c.AccessKeyID] = time.Now().Add(time.Hour)
				}
				if time.Now().After(end[c.AccessKeyID]) {
					t.Fatalf("clock %v ahead: credentials that expired at %v were returned at %v", ahead, end[c.AccessKeyID], time.Now())
				}
				sleep(time.Minute)
			}
			if n := f.Emu.Count("GetRoleCredentials"); n > 8*60/5 {
				t.Errorf("clock %v ahead: %d fetches in a day, want at most one in five minutes", ahead, n)
			}
			if n := f.Emu.Count(refresh); n > 12 {
				t.Errorf("clock %v ahead: %d refreshes in a day, want at most 12", ahead, n)
			}
		})
	}
}

func TestCorrectedClock(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, 30 * time.Minute, -time.Hour, -30 * time.Minute} {
		for _, later := range []time.Duration{time.Second, 20 * time.Minute, 50 * time.Minute, 70 * time.Minute} {
			withFixture(t, emulator.Config{}, func(f *fixture) {
				f.SetClock(ahead)
				f.Login()
				first := f.MustGet()
				end := time.Now().Add(time.Hour)
				sleep(later)
				f.SetClock(0)
				c := f.MustGet()
				if c.AccessKeyID != first.AccessKeyID {
					end = time.Now().Add(time.Hour)
				}
				if left := time.Until(end); left < 15*time.Minute || c.Expiration.After(end) {
					t.Errorf("clock %v ahead, corrected after %v: credentials with %v left are returned with expiration %v", ahead, later, left, c.Expiration)
				}
				n := f.Emu.Count("GetRoleCredentials")
				f.useAll(20)
				f.Count("GetRoleCredentials", n)
			})
		}
	}
}

func TestClockSetBack(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.MustGet()
		f.SetClock(-2 * time.Hour)
		sleep(30 * time.Minute)
		f.Warned = nil
		end := time.Now().Add(time.Hour)
		for range 30 {
			f.useAll(5)
			sleep(time.Second)
		}
		f.Count(refresh, 1) // by its date the token was valid for three hours
		f.Count("GetRoleCredentials", 2)
		if len(f.Warned) == 0 || !strings.Contains(f.Warned[0], "2h0m slow") {
			t.Errorf("warned %q, want a clock that is 2h0m slow", f.Warned)
		}
		if c := f.MustGet(); c.Left(f.Now()) > time.Hour || c.Left(f.Now()) < 55*time.Minute || !time.Now().Before(end) {
			t.Errorf("credentials valid for %v by this clock, want 55 minutes to an hour", c.Left(f.Now()))
		}
	})
}

// Each of the session's two names has its own sign-in. The refresh of one token does not
// correct the date of the other token.
func TestClockSetBackWithTwoSignIns(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		session := f.Session
		f.Session.Name = "" // stores the token under the start URL
		f.Login()
		f.Session, f.Names = session, []string{session.StartURL}
		f.SetClock(-2 * time.Hour)
		for range 30 {
			f.MustGet()
			sleep(time.Second)
		}
		f.Count(refresh, 1)
	})
}

// After the clock was set back, the token is refreshed early. If that fails, the next attempt
// is 30 seconds later, even if another attempt failed before the clock was set back.
func TestClockSetBackWithoutNetwork(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		f.MustGet()
		tries := 0
		f.Before = func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/token") {
				tries++
				return nil, http.ErrServerClosed
			}
			return nil, nil
		}
		sleep(46 * time.Minute)
		f.MustGet() // the early refresh fails
		each := tries
		if each == 0 {
			t.Fatal("no refresh was attempted")
		}
		f.SetClock(-2 * time.Hour)
		tries = 0
		for range 20 {
			f.MustGet()
			sleep(time.Second)
		}
		if tries > each {
			t.Errorf("%d tries within 20 s, want at most the %d of one refresh", tries, each)
		}
	})
}
