package broker_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"lanyard/emulator"
	"lanyard/internal/broker"
	"lanyard/internal/ssocache"
)

// useAll asks for the role's keys in n processes at once, and checks that all got
// the same.
func (w *world) useAll(n int) ssocache.Credentials {
	w.t.Helper()
	got := make([]ssocache.Credentials, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			var err error
			if got[i], err = w.get(); err != nil {
				w.t.Errorf("process %d: %v", i, err)
			}
		})
	}
	wg.Wait()
	for i, c := range got {
		if c.AccessKeyID != got[0].AccessKeyID || !c.Expiration.Truncate(time.Second).Equal(got[0].Expiration.Truncate(time.Second)) {
			w.t.Errorf("process %d got %s until %v, the first one %s until %v", i, c.AccessKeyID, c.Expiration, got[0].AccessKeyID, got[0].Expiration)
		}
	}
	return got[0]
}

func (w *world) storedKeys() ssocache.Credentials {
	w.t.Helper()
	c, err := w.files.LoadCredentials(w.roleName())
	if err != nil {
		w.t.Fatal(err)
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
				w.ahead = tt.ahead
				w.login()
				w.warned = nil
				sleep(2 * time.Hour) // the token has ended
				w.emu.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Delay: time.Second})
				c := w.useAll(50)
				w.count(refresh, 1)
				w.count("GetRoleCredentials", 1)
				w.emu.ClearFaults()

				if left := c.Left(w.now()); left < 50*time.Minute || left > time.Hour {
					t.Errorf("by the clock of who asks the keys live %v, want an hour, or less by what the clocks differ", left)
				}
				if left := w.storedKeys().Left(time.Now()); left > time.Hour {
					t.Errorf("by the service's clock the keys stored live %v, want an hour at most", left)
				}
				if tt.ahead < 0 && !w.storedKeys().Reusable(w.now()) {
					t.Error("the keys stored are not the warm answer that they could be")
				}
				if tt.warning == "" && len(w.warned) > 0 || tt.warning != "" && (len(w.warned) == 0 || !strings.HasPrefix(w.warned[0], tt.warning+": set it, ")) {
					t.Errorf("warned %q, want %q", w.warned, tt.warning)
				}

				// Those who come next make no call either.
				for range 20 {
					sleep(10 * time.Second)
					w.mustGet()
				}
				w.count(refresh, 1)
				w.count("GetRoleCredentials", 1)
			})
		})
	}
}

func TestWarningOfAClockIsGivenOnce(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.ahead = time.Hour
		w.login()
		sleep(2 * time.Hour)
		w.warned = nil
		process := w.process()
		for range 3 { // a refresh and a fetch, and more fetches
			sleep(10 * time.Minute)
			if _, err := process.Get(w.t.Context(), w.request()); err != nil {
				t.Fatal(err)
			}
		}
		if len(w.warned) != 1 {
			t.Errorf("warned %q, want one warning", w.warned)
		}
	})
}

// A profile that is used every minute of a working day with a wrong clock is no
// storm.
func TestDayWithAWrongClock(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, -time.Hour} {
		inWorld(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
			w.ahead = ahead
			w.login()
			end := map[string]time.Time{} // of keys, by the service's clock
			for range 8 * 60 {
				c := w.mustGet()
				if _, known := end[c.AccessKeyID]; !known {
					end[c.AccessKeyID] = time.Now().Add(time.Hour)
				}
				if time.Now().After(end[c.AccessKeyID]) {
					t.Fatalf("ahead by %v: keys that ended at %v were given out at %v", ahead, end[c.AccessKeyID], time.Now())
				}
				sleep(time.Minute)
			}
			if n := w.emu.Count("GetRoleCredentials"); n > 8*60/5 {
				t.Errorf("ahead by %v: %d fetches in a day, want one in five minutes at most", ahead, n)
			}
			if n := w.emu.Count(refresh); n > 12 {
				t.Errorf("ahead by %v: %d refreshes in a day, want one in 45 minutes at most", ahead, n)
			}
		})
	}
}

func TestClockThatIsSetRight(t *testing.T) {
	for _, ahead := range []time.Duration{time.Hour, 30 * time.Minute, -time.Hour, -30 * time.Minute} {
		for _, later := range []time.Duration{time.Second, 20 * time.Minute, 50 * time.Minute, 70 * time.Minute} {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.ahead = ahead
				w.login()
				first := w.mustGet()
				end := time.Now().Add(time.Hour)
				sleep(later)
				w.ahead = 0
				c := w.mustGet()
				if c.AccessKeyID != first.AccessKeyID {
					end = time.Now().Add(time.Hour)
				}
				if left := end.Sub(time.Now()); left < 15*time.Minute || c.Expiration.After(end) {
					t.Errorf("set right from %v after %v: keys that live %v are given out until %v", ahead, later, left, c.Expiration)
				}
				n := w.emu.Count("GetRoleCredentials")
				w.useAll(20)
				w.count("GetRoleCredentials", n)
			})
		}
	}
}

func TestClockThatIsSetBack(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		w.mustGet()
		w.ahead = -2 * time.Hour
		sleep(30 * time.Minute)
		w.warned = nil
		end := time.Now().Add(time.Hour)
		for range 30 {
			w.useAll(5)
			sleep(time.Second)
		}
		w.count(refresh, 1) // the date of the token said three hours
		w.count("GetRoleCredentials", 2)
		if len(w.warned) == 0 || !strings.Contains(w.warned[0], "2h0m behind the service's") {
			t.Errorf("warned %q", w.warned)
		}
		if c := w.mustGet(); c.Left(w.now()) > time.Hour || c.Left(w.now()) < 55*time.Minute || !time.Now().Before(end) {
			t.Errorf("the keys live %v by the clock of who asks", c.Left(w.now()))
		}
	})
}

// With two sign-ins under the session's two names, one renewal does not put the
// other's date right.
func TestClockThatIsSetBackWithTwoSignIns(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		session := w.session
		w.session.Name = "" // under its start URL
		w.login()
		w.session, w.names = session, []string{session.StartURL}
		w.ahead = -2 * time.Hour
		for range 30 {
			w.mustGet()
			sleep(time.Second)
		}
		w.count(refresh, 1)
	})
}

// The renewal that a clock set back asks for is an early one: where it fails it
// waits its thirty seconds, also after one that failed before the clock was set
// back.
func TestClockThatIsSetBackWithoutANetwork(t *testing.T) {
	inWorld(t, emulator.Config{}, func(w *world) {
		w.login()
		w.mustGet()
		tries := 0
		w.before = func(r *http.Request) (*http.Response, error) {
			if strings.HasSuffix(r.URL.Path, "/token") {
				tries++
				return nil, http.ErrServerClosed
			}
			return nil, nil
		}
		sleep(46 * time.Minute)
		w.mustGet() // due, and it fails
		each := tries
		if each == 0 {
			t.Fatal("nothing was tried")
		}
		w.ahead, tries = -2*time.Hour, 0
		for range 20 {
			w.mustGet()
			sleep(time.Second)
		}
		if tries > each {
			t.Errorf("%d tries within 20 s, want those of one renewal, %d", tries, each)
		}
	})
}

// answers makes the portal answer with keys of so long a life, different each
// time, after a second.
func (w *world) answers(life time.Duration) (calls func() int) {
	n := 0
	var mu sync.Mutex
	w.before = func(r *http.Request) (*http.Response, error) {
		if !strings.Contains(r.URL.Path, "/federation/credentials") {
			return nil, nil
		}
		sleep(time.Second)
		mu.Lock()
		defer mu.Unlock()
		n++
		now := time.Now()
		body := fmt.Sprintf(`{"roleCredentials":{"accessKeyId":"ASIA%d","secretAccessKey":"s%d","sessionToken":"t%d","expiration":%d}}`,
			n, n, n, now.Add(life).UnixMilli())
		return &http.Response{
			StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}, "Date": {now.UTC().Format(http.TimeFormat)}},
			Body: io.NopCloser(strings.NewReader(body)), Request: r,
		}, nil
	}
	return func() int { mu.Lock(); defer mu.Unlock(); return n }
}

func TestKeysOfShortLife(t *testing.T) {
	for _, life := range []time.Duration{2 * time.Second, 30 * time.Second, 10 * time.Minute} {
		for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.ahead = ahead
				w.login()
				calls := w.answers(life)
				c := w.useAll(50)
				if n := calls(); n != 1 {
					t.Errorf("keys of %v, clock %v ahead: %d calls for 50 at once, want 1", life, ahead, n)
				}
				if left := c.Left(w.now()); left > life || left < life-3*time.Second {
					t.Errorf("keys of %v, clock %v ahead: %v left", life, ahead, left)
				}
			})
		}
	}
}

func TestKeysThatHaveEnded(t *testing.T) {
	for _, life := range []time.Duration{0, -time.Hour} {
		for _, ahead := range []time.Duration{0, time.Hour, -time.Hour} {
			inWorld(t, emulator.Config{}, func(w *world) {
				w.ahead = ahead
				w.login()
				calls := w.answers(life)
				var wg sync.WaitGroup
				for range 20 {
					wg.Go(func() {
						if _, err := w.get(); err == nil || err.Error() != broker.ErrStillExpired.Error() {
							t.Errorf("keys of %v, clock %v ahead: %v, want that they are expired", life, ahead, err)
						}
					})
				}
				wg.Wait()
				if n := calls(); n != 1 {
					t.Errorf("keys of %v, clock %v ahead: %d calls for 20 at once, want 1", life, ahead, n)
				}
				if _, err := w.files.LoadCredentials(w.roleName()); !errors.Is(err, ssocache.ErrNotFound) {
					t.Errorf("keys that nobody can use are stored: %v", err)
				}
			})
		}
	}
}

func TestTokensOfShortLife(t *testing.T) {
	inWorld(t, emulator.Config{TokenLifetime: time.Second}, func(w *world) {
		w.login()
		sleep(time.Minute)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := w.token(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		w.count(refresh, 1)
		w.useAll(50)
		if n := w.emu.Count(refresh); n > 2 {
			t.Errorf("%d refreshes, want one more at most", n)
		}
	})
}
