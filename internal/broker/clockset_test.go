package broker_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

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
				if left := time.Until(end); left < 15*time.Minute || c.Expiration.After(end) {
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
