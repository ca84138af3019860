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

// useAll asks for the role's keys in n processes at once, and checks that all got
// the same.
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
			f.T.Errorf("process %d got %s until %v, the first one %s until %v", i, c.AccessKeyID, c.Expiration, got[0].AccessKeyID, got[0].Expiration)
		}
	}
	return got[0]
}

func (f *fixture) storedKeys() ssocache.Credentials {
	f.T.Helper()
	c, err := f.Files.LoadCredentials(f.roleName())
	if err != nil {
		f.T.Fatal(err)
	}
	return c
}

func TestClocksThatDiffer(t *testing.T) {
	tests := []struct {
		ahead   time.Duration
		warning string // "" is none
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
				sleep(2 * time.Hour) // the token has ended
				f.Emu.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Delay: time.Second})
				c := f.useAll(50)
				f.Count(refresh, 1)
				f.Count("GetRoleCredentials", 1)
				f.Emu.ClearFaults()

				if left := c.Left(f.Now()); left < 50*time.Minute || left > time.Hour {
					t.Errorf("by the clock of who asks the keys live %v, want an hour, or less by what the clocks differ", left)
				}
				if left := f.storedKeys().Left(time.Now()); left > time.Hour {
					t.Errorf("by the service's clock the keys stored live %v, want an hour at most", left)
				}
				if tt.ahead < 0 && !f.storedKeys().Reusable(f.Now()) {
					t.Error("the keys stored are not the warm answer that they could be")
				}
				if tt.warning == "" && len(f.Warned) > 0 || tt.warning != "" && (len(f.Warned) == 0 || !strings.HasPrefix(f.Warned[0], tt.warning+"; correct it, ")) {
					t.Errorf("warned %q, want %q", f.Warned, tt.warning)
				}

				// Those who come next make no call either.
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

func TestWarningOfAClockIsGivenOnce(t *testing.T) {
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

// A profile that is used every minute of a working day with a wrong clock is no
// storm.
func TestDayWithAWrongClock(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		withFixture(t, emulator.Config{PortalSession: 24 * time.Hour}, func(f *fixture) {
			f.SetClock(ahead)
			f.Login()
			end := map[string]time.Time{} // of keys, by the service's clock
			for range 8 * 60 {
				c := f.MustGet()
				if _, known := end[c.AccessKeyID]; !known {
					end[c.AccessKeyID] = time.Now().Add(time.Hour)
				}
				if time.Now().After(end[c.AccessKeyID]) {
					t.Fatalf("ahead by %v: keys that ended at %v were given out at %v", ahead, end[c.AccessKeyID], time.Now())
				}
				sleep(time.Minute)
			}
			if n := f.Emu.Count("GetRoleCredentials"); n > 8*60/5 {
				t.Errorf("ahead by %v: %d fetches in a day, want one in five minutes at most", ahead, n)
			}
			if n := f.Emu.Count(refresh); n > 12 {
				t.Errorf("ahead by %v: %d refreshes in a day, want one in 45 minutes at most", ahead, n)
			}
		})
	}
}

func TestClockThatIsSetRight(t *testing.T) {
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
					t.Errorf("set right from %v after %v: keys that live %v are given out until %v", ahead, later, left, c.Expiration)
				}
				n := f.Emu.Count("GetRoleCredentials")
				f.useAll(20)
				f.Count("GetRoleCredentials", n)
			})
		}
	}
}

func TestClockThatIsSetBack(t *testing.T) {
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
		f.Count(refresh, 1) // the date of the token said three hours
		f.Count("GetRoleCredentials", 2)
		if len(f.Warned) == 0 || !strings.Contains(f.Warned[0], "2h0m slow") {
			t.Errorf("warned %q", f.Warned)
		}
		if c := f.MustGet(); c.Left(f.Now()) > time.Hour || c.Left(f.Now()) < 55*time.Minute || !time.Now().Before(end) {
			t.Errorf("the keys live %v by the clock of who asks", c.Left(f.Now()))
		}
	})
}

// With two sign-ins under the session's two names, one renewal does not put the
// other's date right.
func TestClockThatIsSetBackWithTwoSignIns(t *testing.T) {
	withFixture(t, emulator.Config{}, func(f *fixture) {
		f.Login()
		session := f.Session
		f.Session.Name = "" // under its start URL
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

// The renewal that a clock set back asks for is an early one: where it fails it
// waits its thirty seconds, also after one that failed before the clock was set
// back.
func TestClockThatIsSetBackWithoutANetwork(t *testing.T) {
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
		f.MustGet() // due, and it fails
		each := tries
		if each == 0 {
			t.Fatal("nothing was tried")
		}
		f.SetClock(-2 * time.Hour)
		tries = 0
		for range 20 {
			f.MustGet()
			sleep(time.Second)
		}
		if tries > each {
			t.Errorf("%d tries within 20 s, want those of one renewal, %d", tries, each)
		}
	})
}
