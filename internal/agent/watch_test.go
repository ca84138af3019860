package agent_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// A session that nobody uses is renewed before it lapses, one call for each hour.
func TestSessionsAreRenewedBeforeTheyLapse(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
		w.Login()
		r := w.watch()
		for hours := range 10 {
			time.Sleep(time.Hour)
			if left := w.Stored("corp").Left(time.Now()); left <= 0 {
				t.Errorf("after %d hours the token has lapsed by %v", hours+1, -left)
			}
		}
		// 45 minutes of each token's life, and a look at least every quarter of a minute.
		if got := w.Emu.Count(refresh); got < 12 || got > 14 {
			t.Errorf("%d renewals in ten hours, want 13", got)
		}
		w.Count("GetRoleCredentials", 0)
		if r.over() {
			t.Error("the agent has ended")
		}
	})
}

// Whatever window is configured, the agent is there before the token has lapsed.
func TestAWindowOfNothing(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *world) {
		w.Session.RefreshWindow, w.Session.HasWindow = 0, true
		w.Login()
		w.watch()
		time.Sleep(58*time.Minute - time.Second)
		w.Count(refresh, 0)
		time.Sleep(time.Minute)
		w.Count(refresh, 1)
	})
}

func TestWhatMayNotBeRenewedIsNot(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *world) {
		w.Session.AutoRefresh = profile.Off
		w.Login()
		r := w.watch()
		time.Sleep(2 * time.Hour)
		w.Count(refresh, 0)
		if !r.over() {
			t.Error("the agent goes on, with nothing that it may renew")
		}
	})
}

// The agent ends when the last session has: by its own end, or by a sign-out.
func TestTheEnd(t *testing.T) {
	t.Run("of the portal session", func(t *testing.T) {
		inBubble(t, emulator.Config{PortalSession: 8 * time.Hour}, func(w *world) {
			w.Login()
			r := w.watch()
			time.Sleep(7 * time.Hour)
			if r.over() {
				t.Fatal("the agent ended early")
			}
			time.Sleep(3 * time.Hour)
			if !r.over() {
				t.Error("the agent goes on")
			}
			// One refusal tells it, and is not asked for again and again.
			if got := w.Emu.Count(refresh); got > 13 {
				t.Errorf("%d calls for eight hours", got)
			}
		})
	})
	t.Run("by a sign-out", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *world) {
			w.Login()
			r := w.watch()
			time.Sleep(time.Minute)
			w.Logout()
			time.Sleep(time.Minute)
			if !r.over() {
				t.Error("the agent goes on")
			}
		})
	})
	t.Run("without a beginning", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *world) {
			r := w.watch()
			time.Sleep(9 * time.Minute)
			if r.over() {
				t.Fatal("the agent did not wait for a sign-in")
			}
			time.Sleep(2 * time.Minute)
			if !r.over() {
				t.Error("the agent waits for ever")
			}
		})
	})
	t.Run("never, for a service manager", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *world) {
			w.server.Stay = true
			r := w.watch()
			time.Sleep(24 * time.Hour)
			if r.over() {
				t.Fatal("the agent has ended")
			}
			w.Login()
			time.Sleep(2 * time.Hour)
			if w.Stored("corp").Left(time.Now()) <= 0 {
				t.Error("a sign-in was not noticed")
			}
		})
	})
}

// A service that cannot be reached is asked less and less often, and again as soon
// as it can be: a network failure is no logout.
func TestABrokenNetwork(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
		w.Login()
		net := w.breakNetwork()
		r := w.watch()
		time.Sleep(6 * time.Hour)
		if r.over() {
			t.Fatal("the agent has ended")
		}
		if n := net.tries.Load(); n == 0 || n > 300 { // three tries of a call every five minutes, and a few more at first
			t.Errorf("%d tries in six hours", n)
		}
		net.mended.Store(true)
		time.Sleep(6 * time.Minute)
		w.Count(refresh, 1)
		if w.Stored("corp").Left(time.Now()) <= 0 {
			t.Error("the session is still expired")
		}
	})
}

// A machine that slept for hours, or whose clock was set, is noticed at the next
// look, and causes no more than one renewal.
func TestTheClockJumps(t *testing.T) {
	for name, step := range map[string]time.Duration{"ahead": 5 * time.Hour, "back": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *world) {
				w.Login()
				w.watch()
				time.Sleep(time.Minute)
				synctest.Wait()
				w.SetClock(step)
				time.Sleep(time.Minute)
				w.Count(refresh, 1)
				time.Sleep(30 * time.Minute)
				w.Count(refresh, 1)
				time.Sleep(30 * time.Minute)
				w.Count(refresh, 2)
			})
		})
	}
}
