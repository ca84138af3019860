package agent

import (
	"cmp"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A watch holds the agent's knowledge about one session.
type watch struct {
	Watched
	valid bool   // the settings were valid at least once
	stamp string // of the files that the agent has read the token from
	tok   ssocache.Token
	ended bool // the token needs a new sign-in

	locked bool // the store cannot be read, so it may have a token
	fails  int
	retry  time.Time // the earliest time of the next attempt
	err    string    // the error of the last attempt
}

// update sets the session's current settings. Invalid settings do not replace valid settings.
func (w *watch) update(item Watched) {
	if item.Problem == "" || !w.valid {
		w.Watched, w.valid = item, item.Problem == ""
	}
	w.Problem = item.Problem
}

func (w *watch) keys() []string { return append([]string{w.Session.Key()}, w.Siblings...) }

// refreshable reports whether the agent can refresh the session.
func (w *watch) refreshable(now time.Time) bool {
	return w.valid && !w.ended && w.Session.AutoRefresh != profile.Off && w.tok.Refreshable(now)
}

// next returns when the session should be refreshed.
func (w *watch) next(now time.Time) time.Time {
	due := w.tok.DueAt(w.Session.Window())
	if w.tok.Due(now, w.Session.Window()) {
		due = now
	}
	// Do not refresh in the first quarter of the lifetime. Otherwise, with a window nearly as
	// long as the lifetime, the agent would refresh all the time.
	life := cmp.Or(w.tok.Life, time.Hour)
	if young := w.tok.ExpiresAt.Add(-life * 3 / 4); !w.tok.Misdated(now) && due.Before(young) {
		due = young
	}
	if w.postponed(now) {
		return w.retry
	}
	return due
}

// failed postpones the next attempt. The pause doubles with each failure.
func (w *watch) failed(now time.Time, reason string) {
	w.retry = now.Add(min(roundEvery<<min(w.fails, 10), retryMax))
	w.fails++
	w.err = reason
}

// postponed reports whether the next attempt must wait. It ignores a retry time that is too
// far in the future, because the clock was set back.
func (w *watch) postponed(now time.Time) bool {
	return w.retry.After(now) && w.retry.Sub(now) <= retryMax
}

// needed reports whether the session needs the agent. The agent may refresh the session, or
// keep a token that is only in its memory.
func (w *watch) needed(now time.Time, memory bool) bool {
	return w.locked || w.refreshable(now) || memory && !w.ended && w.tok.Left(now) > 0
}
