package agent

import (
	"context"
	"errors"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The times of the watch. A round looks at the clock on the wall, so a machine that
// slept, or whose clock was set, is noticed within one.
const (
	round      = 15 * time.Second
	roundLeast = time.Second
	soon       = 2 * time.Second
	leastAhead = 2 * time.Minute  // a session is renewed before it lapses, whatever its window
	linger     = 10 * time.Minute // of one that never had anything to renew
	retryMost  = 5 * time.Minute  // between tries on a service that cannot be reached
	atOnce     = 8                // renewals
)

// watch renews the sessions until nothing is left to renew, or the context ends.
func (s *Server) watch(ctx context.Context) {
	start, had := time.Now(), false
	for ctx.Err() == nil {
		if err := s.lost(); err != nil {
			s.Log.Warn("nobody can reach this agent any more", "error", err)
			return
		}
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

func (s *Server) lost() error {
	if s.Lost == nil {
		return nil
	}
	return s.Lost()
}

// round looks at every session once, renews what is due, and counts the sessions
// that are worth watching on.
func (s *Server) round(ctx context.Context) (left int) {
	watched := s.survey()
	s.publish(watched)
	var work errgroup.Group
	work.SetLimit(atOnce)
	for i := range watched {
		work.Go(func() error { s.renew(ctx, &watched[i]); return nil })
	}
	_ = work.Wait() // there is no error
	s.publish(watched)
	for _, w := range watched {
		if w.alive(s.Now(), s.Memory != nil) {
			left++
		}
	}
	if left == 0 && s.Memory.keepsAnother(watched, s.Now()) { // which no config has named to us
		left++
	}
	return left
}

// publish shows the other goroutines a copy of what the watch knows.
func (s *Server) publish(watched []watch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched = slices.Clone(watched)
	s.surveyed.Do(func() { close(s.first) })
}

// renew renews the session, if that is due.
func (s *Server) renew(ctx context.Context, w *watch) {
	now := s.Now()
	if !w.renewable(now) || w.next(now).After(now) || !s.enter(ctx) {
		return
	}
	defer s.leave()
	warned := ""
	b := s.broker(w, func(text string) {
		warned = text
		s.Log.Warn(text, "session", w.Session.Key())
	})
	before := w.tok.AccessToken
	a, err := b.Get(ctx, broker.Request{Session: w.Session, Purpose: broker.AccessToken, Caller: "agent"})
	var end *broker.SessionError
	switch {
	case ctx.Err() != nil:
	case errors.As(err, &end):
		w.ended, w.err = true, end.Why
		s.Log.Warn("a session has ended", "session", w.Session.Key(), "why", end.Why)
	case err != nil:
		if w.err != err.Error() { // such as settings that lead to another service, which last
			s.Log.Warn("a session was not renewed", "session", w.Session.Key(), "error", err)
		}
		w.failed(now, err.Error())
		reopen(b)
	case !a.Token.AccessToken.Equal(before):
		s.Log.Info("a session was renewed", "session", w.Session.Key(), "expires", ssocache.FormatTime(a.Token.ExpiresAt))
		w.stamp = "to be read"
		s.read(w)
	case warned == "":
		w.retry = now.Add(soon) // another process has the session's lock
	default:
		w.failed(now, warned)
	}
}

// pause returns how long nothing will be due.
func (s *Server) pause() time.Duration {
	now, least := s.Now(), round
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.watched {
		if w.renewable(now) {
			least = min(least, w.next(now).Sub(now))
		}
	}
	return max(least, roundLeast)
}

// idle reports whether no client waits for an answer.
func (s *Server) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active == 0
}

// forget has the next round, at once, read all tokens anew: some were signed out.
func (s *Server) forget() {
	s.mu.Lock()
	s.forgotten = true
	s.mu.Unlock()
	s.look()
}

// look lets the watch begin another round at once.
func (s *Server) look() {
	select {
	case s.wake <- struct{}{}:
	default: // it will, already
	}
}
