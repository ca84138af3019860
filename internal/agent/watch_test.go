package agent_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// The agent refreshes an unused session before its token expires.
func TestSessionsAreRefreshedBeforeTheyExpire(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *fixture) {
		w.Login()
		r := w.watch()
		for hours := range 10 {
			time.Sleep(time.Hour)
			if left := w.Stored("corp").Left(time.Now()); left <= 0 {
				t.Errorf("after %d hours the token has been expired for %v", hours+1, -left)
			}
		}
		// The default window is 15 minutes, so each token is used for 45 minutes.
		if got := w.Emu.Count(refresh); got < 12 || got > 14 {
			t.Errorf("%d refreshes in ten hours, want 13", got)
		}
		w.Count("GetRoleCredentials", 0)
		if r.hasEnded() {
			t.Error("the agent has ended")
		}
	})
}

// With a refresh window of zero, the agent still refreshes before the token expires.
func TestWindowOfZero(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *fixture) {
		w.Session.RefreshWindow, w.Session.HasWindow = 0, true
		w.Login()
		w.watch()
		time.Sleep(58*time.Minute - time.Second)
		w.Count(refresh, 0)
		time.Sleep(time.Minute)
		w.Count(refresh, 1)
	})
}

func TestAutoRefreshOff(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *fixture) {
		w.Session.AutoRefresh = profile.Off
		w.Login()
		r := w.watch()
		time.Sleep(2 * time.Hour)
		w.Count(refresh, 0)
		if !r.hasEnded() {
			t.Error("the agent still runs, although it must not refresh anything")
		}
	})
}

// The agent ends when the last session has ended or was signed out.
func TestEnd(t *testing.T) {
	t.Run("session ended", func(t *testing.T) {
		inBubble(t, emulator.Config{PortalSession: 8 * time.Hour}, func(w *fixture) {
			w.Login()
			r := w.watch()
			time.Sleep(7 * time.Hour)
			if r.hasEnded() {
				t.Fatal("the agent ended early")
			}
			time.Sleep(3 * time.Hour)
			if !r.hasEnded() {
				t.Error("the agent still runs")
			}
			// After one refusal the agent does not try again.
			if got := w.Emu.Count(refresh); got > 13 {
				t.Errorf("%d calls for eight hours, want at most 13", got)
			}
		})
	})
	t.Run("signed out", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *fixture) {
			w.Login()
			r := w.watch()
			time.Sleep(time.Minute)
			w.Logout()
			time.Sleep(time.Minute)
			if !r.hasEnded() {
				t.Error("the agent still runs")
			}
		})
	})
	t.Run("never signed in", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *fixture) {
			r := w.watch()
			time.Sleep(9 * time.Minute)
			if r.hasEnded() {
				t.Fatal("the agent did not wait for a sign-in")
			}
			time.Sleep(2 * time.Minute)
			if !r.hasEnded() {
				t.Error("the agent waits forever")
			}
		})
	})
	t.Run("not with Stay", func(t *testing.T) {
		inBubble(t, emulator.Config{}, func(w *fixture) {
			w.server.Stay = true
			r := w.watch()
			time.Sleep(24 * time.Hour)
			if r.hasEnded() {
				t.Fatal("the agent has ended")
			}
			w.Login()
			time.Sleep(2 * time.Hour)
			if w.Stored("corp").Left(time.Now()) <= 0 {
				t.Error("the agent did not notice the sign-in")
			}
		})
	})
}

// If the service is unreachable, the agent waits longer after each attempt. It refreshes the
// session when the service is reachable again.
func TestBrokenNetwork(t *testing.T) {
	inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *fixture) {
		w.Login()
		net := w.breakNetwork()
		r := w.watch()
		time.Sleep(6 * time.Hour)
		if r.hasEnded() {
			t.Fatal("the agent has ended")
		}
		if n := net.tries.Load(); n == 0 || n > 300 { // three tries of a call every five minutes, and a few more at first
			t.Errorf("%d tries in six hours, want 1 to 300", n)
		}
		net.mended.Store(true)
		time.Sleep(6 * time.Minute)
		w.Count(refresh, 1)
		if w.Stored("corp").Left(time.Now()) <= 0 {
			t.Error("the session is still expired")
		}
	})
}

// The agent notices in the next round that the machine was asleep, or that the clock was set.
// It refreshes at most once.
func TestClockJumps(t *testing.T) {
	for name, step := range map[string]time.Duration{"ahead": 5 * time.Hour, "back": -5 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, emulator.Config{PortalSession: 24 * time.Hour}, func(w *fixture) {
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

// The agent runs while it keeps an entry of the credentials file valid, even without a session to
// refresh.
func TestEntriesKeepTheAgent(t *testing.T) {
	inBubble(t, emulator.Config{}, func(w *fixture) {
		var calls, kept atomic.Int32
		kept.Store(1)
		w.server.Renew = func(context.Context) int { calls.Add(1); return int(kept.Load()) }
		r := w.watch()
		time.Sleep(time.Hour)
		synctest.Wait()
		if n := calls.Load(); r.hasEnded() || n < 4*60 || n > 4*60+2 {
			t.Fatalf("over %v, %d rounds in an hour; want every 15 s", r.hasEnded(), n)
		}
		kept.Store(0)
		time.Sleep(time.Minute)
		if !r.hasEnded() {
			t.Error("the agent still runs")
		}
	})
}
