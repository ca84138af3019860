package agent

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"lanyard/internal/broker"
	"lanyard/internal/keystore"
	"lanyard/internal/profile"
	"lanyard/internal/ssocache"
)

// The times of the watch. A round looks at the clock on the wall, so a machine that
// slept, or whose clock was set, is noticed within one.
const (
	round      = 15 * time.Second
	roundLeast = time.Second
	soon       = 2 * time.Second
	leastAhead = 2 * time.Minute // a session is renewed before it lapses, whatever its window
	longLinger = 10 * time.Minute
	retryMost  = 5 * time.Minute // between tries on a service that cannot be reached
	atOnce     = 8               // renewals
)

// A watch is what the agent knows of one session.
type watch struct {
	Watched
	stamp string // of the files that the token was read from
	tok   ssocache.Token
	ended bool // only a sign-in can help this token

	locked bool // the store cannot be read, so there may be a token
	fails  int
	retry  time.Time // not before this
	err    string    // of the last try
}

// watch renews the sessions until nothing is left to renew, or the context ends.
func (s *Server) watch(ctx context.Context) {
	linger := s.Linger
	if linger == 0 {
		linger = longLinger
	}
	start, had := time.Now(), false
	for ctx.Err() == nil {
		left := s.round(ctx)
		had = had || left > 0
		if left == 0 && !s.Stay && (had || time.Since(start) >= linger) && s.idle() {
			s.Log.Info("nothing is left to renew")
			return
		}
		timer := time.NewTimer(s.pause())
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-s.wake:
		}
		timer.Stop()
	}
}

// pause is how long nothing will be due.
func (s *Server) pause() time.Duration {
	now, least := s.Now(), round
	for _, w := range s.watched {
		if w.renewable(now) {
			least = min(least, w.next(now).Sub(now))
		}
	}
	return max(least, roundLeast)
}

// round looks at every session once, renews what is due, and counts those that
// there is a point in watching.
func (s *Server) round(ctx context.Context) (left int) {
	list, err := s.Watched()
	if err != nil {
		s.Log.Warn("the config cannot be read; the sessions are watched as they were", "error", err)
		list = nil
		for _, w := range s.watched {
			list = append(list, w.Watched)
		}
	}
	watched := make([]watch, len(list))
	var work errgroup.Group
	work.SetLimit(atOnce)
	s.mu.Lock()
	known := slices.Clone(s.watched)
	s.mu.Unlock()
	for i, item := range list {
		w := &watched[i]
		if k := slices.IndexFunc(known, func(o watch) bool { return id(o.Session) == id(item.Session) }); k >= 0 {
			*w = known[k]
		}
		w.Watched = item
		if w.Session.Window() < leastAhead {
			w.Session.RefreshWindow, w.Session.HasWindow = leastAhead, true
		}
		work.Go(func() error { s.visit(ctx, w); return nil })
	}
	_ = work.Wait() // there is no error
	s.mu.Lock()
	s.watched = watched
	s.mu.Unlock()
	for _, w := range watched {
		if w.alive(s.Now(), s.Memory != nil) {
			left++
		}
	}
	return left
}

// idle says that nobody waits for an answer.
func (s *Server) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active == 0
}

// renewable says whether the session can be kept fresh without the person.
func (w *watch) renewable(now time.Time) bool {
	return !w.ended && w.Session.AutoRefresh != profile.Off && w.tok.Refreshable(now)
}

// next is when the session should be renewed.
func (w *watch) next(now time.Time) time.Time {
	due := w.tok.DueAt(w.Session.Window())
	if w.tok.Due(now, w.Session.Window()) {
		due = now // or before
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
	return w.locked || w.renewable(now) || memory && w.tok.Left(now) > 0
}

// visit reads the session's token if its files have changed, and renews it if that
// is due.
func (s *Server) visit(ctx context.Context, w *watch) {
	warned := ""
	b := s.Broker(w.Settings, w.Siblings, func(text string) {
		warned = text
		s.Log.Warn(text, "session", w.Session.Key())
	})
	keys := append([]string{w.Session.Key()}, w.Siblings...)
	now := s.Now()
	if stamp := b.Cache.Stamp(keys...); (stamp != w.stamp || stamp == "") && !w.waits(now) {
		*w = watch{Watched: w.Watched, stamp: stamp, fails: w.fails, tok: b.Peek(w.Session)}
		if _, err := b.Cache.LoadToken(w.Session.Key()); keystore.Unavailable(err) {
			w.stamp, w.locked = "", true
			w.failed(now, err.Error())
			return
		}
		w.fails = 0
	}
	if !w.renewable(now) || w.next(now).After(now) || !s.enter(ctx) {
		return
	}
	defer s.leave()
	before := w.tok.AccessToken
	a, err := b.Get(ctx, broker.Request{Session: w.Session, Purpose: broker.AccessToken, Caller: "agent"})
	var end *broker.SessionError
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &end):
		w.ended, w.err = true, end.Why
		s.Log.Warn("a session has ended", "session", w.Session.Key(), "why", end.Why)
	case err == nil && a.Token.AccessToken.Equal(before) && warned == "":
		w.retry = now.Add(soon) // another process has the session's lock
	case err != nil:
		w.failed(now, err.Error())
		s.Log.Warn("a session was not renewed", "session", w.Session.Key(), "error", err)
	case a.Token.AccessToken.Equal(before):
		w.failed(now, warned)
	default:
		s.Log.Info("a session was renewed", "session", w.Session.Key(), "expires", ssocache.FormatTime(a.Token.ExpiresAt))
		w.stamp, w.tok = b.Cache.Stamp(keys...), b.Peek(w.Session)
		w.fails, w.err = 0, ""
	}
}

// forget drops all tokens that the watch knows. The next round, at once, reads those
// that are still there.
func (s *Server) forget() {
	s.mu.Lock()
	for i := range s.watched {
		s.watched[i].stamp, s.watched[i].tok = "", ssocache.Token{}
	}
	s.mu.Unlock()
	s.look()
}
