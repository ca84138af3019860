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
func (w *world) useAll(n int) ssocache.Credentials {
	w.T.Helper()
	got := make([]ssocache.Credentials, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var err error
			if got[i], err = w.Get(); err != nil {
				w.T.Errorf("process %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for i, c := range got {
		if c.AccessKeyID != got[0].AccessKeyID || !c.Expiration.Truncate(time.Second).Equal(got[0].Expiration.Truncate(time.Second)) {
			w.T.Errorf("process %d got %s until %v, the first one %s until %v", i, c.AccessKeyID, c.Expiration, got[0].AccessKeyID, got[0].Expiration)
		}
	}
	return got[0]
}

func (w *world) storedKeys() ssocache.Credentials {
	w.T.Helper()
	c, err := w.Files.LoadCredentials(w.roleName())
	if err != nil {
		w.T.Fatal(err)
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
		{6 * time.Minute, "the clock of this machine is 6m ahead of the service's"},
		{50 * time.Minute, "the clock of this machine is 50m ahead of the service's"},
		{time.Hour, "the clock of this machine is 1h0m ahead of the service's"},
		{-time.Hour, "the clock of this machine is 1h0m behind the service's"},
		{90 * time.Hour, "the clock of this machine is 4 days ahead of the service's"},
		{-90 * time.Hour, "the clock of this machine is 4 days behind the service's"},
	}
	for _, tt := range tests {
		t.Run(tt.ahead.String(), func(t *testing.T) {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.SetClock(tt.ahead)
				w.Login()
				w.Warned = nil
				sleep(2 * time.Hour) // the token has ended
				w.Emu.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Delay: time.Second})
				c := w.useAll(50)
				w.Count(refresh, 1)
				w.Count("GetRoleCredentials", 1)
				w.Emu.ClearFaults()

				if left := c.Left(w.Now()); left < 50*time.Minute || left > time.Hour {
					t.Errorf("by the clock of who asks the keys live %v, want an hour, or less by what the clocks differ", left)
				}
				if left := w.storedKeys().Left(time.Now()); left > time.Hour {
					t.Errorf("by the service's clock the keys stored live %v, want an hour at most", left)
				}
				if tt.ahead < 0 && !w.storedKeys().Reusable(w.Now()) {
					t.Error("the keys stored are not the warm answer that they could be")
				}
				if tt.warning == "" && len(w.Warned) > 0 || tt.warning != "" && (len(w.Warned) == 0 || !strings.HasPrefix(w.Warned[0], tt.warning+": set it, ")) {
					t.Errorf("warned %q, want %q", w.Warned, tt.warning)
				}

				// Those who come next make no call either.
				for range 20 {
					sleep(10 * time.Second)
					w.MustGet()
				}
				w.Count(refresh, 1)
				w.Count("GetRoleCredentials", 1)
			})
		})
	}
}

func TestWarningOfAClockIsGivenOnce(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.SetClock(time.Hour)
		w.Login()
		sleep(2 * time.Hour)
		w.Warned = nil
		process := w.Process()
		for range 3 { // a refresh and a fetch, and more fetches
			sleep(10 * time.Minute)
			if _, err := process.Get(w.T.Context(), w.Request()); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.Warned) != 1 {
			t.Errorf("warned %q, want one warning", w.Warned)
		}
	})
}

// A profile that is used every minute of a working day with a wrong clock is no
// storm.
func TestDayWithAWrongClock(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		inWorld(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
			w.SetClock(ahead)
			w.Login()
			end := map[string]time.Time{} // of keys, by the service's clock
			for range 8 * 60 {
				c := w.MustGet()
				if _, known := end[c.AccessKeyID]; !known {
					end[c.AccessKeyID] = time.Now().Add(time.Hour)
				}
				if time.Now().After(end[c.AccessKeyID]) {
					t.Fatalf("ahead by %v: keys that ended at %v were given out at %v", ahead, end[c.AccessKeyID], time.Now())
				}
				sleep(time.Minute)
			}
			if n := w.Emu.Count("GetRoleCredentials"); n > 8*60/5 {
				t.Errorf("ahead by %v: %d fetches in a day, want one in five minutes at most", ahead, n)
			}
			if n := w.Emu.Count(refresh); n > 12 {
				t.Errorf("ahead by %v: %d refreshes in a day, want one in 45 minutes at most", ahead, n)
			}
		})
	}
}

func TestClockThatIsSetRight(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, 30 * time.Minute, -time.Hour, -30 * time.Minute} {
		for _, later := range []time.Duration{time.Second, 20 * time.Minute, 50 * time.Minute, 70 * time.Minute} {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.SetClock(ahead)
				w.Login()
				first := w.MustGet()
				end := time.Now().Add(time.Hour)
				sleep(later)
				w.SetClock(0)
				c := w.MustGet()
				if c.AccessKeyID != first.AccessKeyID {
					end = time.Now().Add(time.Hour)
				}
				if left := time.Until(end); left < 15*time.Minute || c.Expiration.After(end) {
					t.Errorf("set right from %v after %v: keys that live %v are given out until %v", ahead, later, left, c.Expiration)
				}
				n := w.Emu.Count("GetRoleCredentials")
				w.useAll(20)
				w.Count("GetRoleCredentials", n)
			})
		}
	}
}

func TestClockThatIsSetBack(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.MustGet()
		w.SetClock(-2 * time.Hour)
		sleep(30 * time.Minute)
		w.Warned = nil
		end := time.Now().Add(time.Hour)
		for range 30 {
			w.useAll(5)
			sleep(time.Second)
		}
		w.Count(refresh, 1) // the date of the token said three hours
		w.Count("GetRoleCredentials", 2)
		if len(w.Warned) == 0 || !strings.Contains(w.Warned[0], "2h0m behind the service's") {
			t.Errorf("warned %q", w.Warned)
		}
		if c := w.MustGet(); c.Left(w.Now()) > time.Hour || c.Left(w.Now()) < 55*time.Minute || !time.Now().Before(end) {
			t.Errorf("the keys live %v by the clock of who asks", c.Left(w.Now()))
		}
	})
}

// With two sign-ins under the session's two names, one renewal does not put the
// other's date right.
func TestClockThatIsSetBackWithTwoSignIns(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		session := w.Session
		w.Session.Name = "" // under its start URL
		w.Login()
		w.Session, w.Names = session, []string{session.StartURL}
		w.SetClock(-2 * time.Hour)
		for range 30 {
			w.MustGet()
			sleep(time.Second)
		}
		w.Count(refresh, 1)
	})
}

// The renewal that a clock set back asks for is an early one: where it fails it
// waits its thirty seconds, also after one that failed before the clock was set
// back.
func TestClockThatIsSetBackWithoutANetwork(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.Login()
		w.MustGet()
		tries := 0
		w.Before = func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/token") {
				tries++
				return nil, http.ErrServerClosed
			}
			return nil, nil
		}
		sleep(46 * time.Minute)
		w.MustGet() // due, and it fails
		each := tries
		if each == 0 {
			t.Fatal("nothing was tried")
		}
		w.SetClock(-2 * time.Hour)
		tries = 0
		for range 20 {
			w.MustGet()
			sleep(time.Second)
		}
		if tries > each {
			t.Errorf("%d tries within 20 s, want those of one renewal, %d", tries, each)
		}
	})
}
