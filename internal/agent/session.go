package agent

import (
	"cmp"
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A watch is what the agent knows of one session.
type watch struct {
	Watched
	fit   bool   // the settings are good, or were
	stamp string // of the files that the token was read from
	tok   ssocache.Token
	ended bool // only a sign-in can help this token

	locked bool // the store cannot be read, so there may be a token
	fails  int
	retry  time.Time // not before this
	err    string    // of the last try
}

// take takes over what the config says now. Bad settings do not replace good ones.
func (w *watch) take(item Watched) {
	if item.Problem == "" || !w.fit {
		w.Watched, w.fit = item, item.Problem == ""
	}
	w.Problem = item.Problem
}

func (w *watch) keys() []string { return append([]string{w.Session.Key()}, w.Siblings...) }

// renewable says whether the session can be kept fresh without the person.
func (w *watch) renewable(now time.Time) bool {
	return w.fit && !w.ended && w.Session.AutoRefresh != profile.Off && w.tok.Refreshable(now)
}

// next is when the session should be renewed.
func (w *watch) next(now time.Time) time.Time {
	due := w.tok.DueAt(w.Session.Window())
	if w.tok.Due(now, w.Session.Window()) {
		due = now // or before
	}
	// A window that is nearly as long as the life would have it renewed all the time.
	life := cmp.Or(w.tok.Life, time.Hour)
	if young := w.tok.ExpiresAt.Add(-life * 3 / 4); !w.tok.Misdated(now) && due.Before(young) {
		due = young
	}
	if w.waits(now) {
		return w.retry
	}
	return due
}

// failed puts the next try off, the longer the more often it happens.
func (w *watch) failed(now time.Time, why string) {
	w.retry = now.Add(min(round<<min(w.fails, 10), retryMost))
	w.fails++
	w.err = why
}

// waits says whether the next try is put off. A date that lies further ahead was
// made before the clock was set back.
func (w *watch) waits(now time.Time) bool {
	return w.retry.After(now) && w.retry.Sub(now) <= retryMost
}

// alive says whether the agent has anything to do for the session: to renew it,
// or to keep a token that is nowhere else.
func (w *watch) alive(now time.Time, memory bool) bool {
	return w.locked || w.renewable(now) || memory && !w.ended && w.tok.Left(now) > 0
}
