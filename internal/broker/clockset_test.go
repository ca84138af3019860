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
