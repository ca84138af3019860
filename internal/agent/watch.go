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

// The intervals of the watch. Each round uses the wall clock. So the agent notices within one
// round that the machine was asleep, or that the clock was set.
const (
	roundEvery   = 15 * time.Second
	roundMin     = time.Second
	retrySoon    = 2 * time.Second
	minWindow    = 2 * time.Minute  // the smallest refresh window
	idleLimit    = 10 * time.Minute // the agent ends after this time without a session
	retryMax     = 5 * time.Minute  // the longest pause between attempts if the service is unreachable
	maxRefreshes = 8                // at the same time
)

// watch refreshes the sessions until nothing is left to refresh, or the context ends.
func (s *Server) watch(ctx context.Context) {
	start, had := time.Now(), false
	for ctx.Err() == nil {
		if err := s.lost(); err != nil {
			s.Log.Warn("clients cannot reach this agent any more", "error", err)
			return
		}
		left := s.round(ctx)
		had = had || left > 0
		if left == 0 && !s.Stay && (had || time.Since(start) >= idleLimit) && s.idle() {
			s.Log.Info("nothing is left to refresh")
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

// round checks every session once, and refreshes the sessions that are due. Then it renews the
// entries of the credentials file. It returns the number of sessions and entries that still need
// the agent.
func (s *Server) round(ctx context.Context) (left int) {
	watched := s.survey()
	s.publish(watched)
	var work errgroup.Group
	work.SetLimit(maxRefreshes)
	for i := range watched {
		work.Go(func() error { s.refresh(ctx, &watched[i]); return nil })
	}
	_ = work.Wait() // never returns an error
	s.publish(watched)
	for _, w := range watched {
		if w.needed(s.Now(), s.Memory != nil) {
			left++
		}
	}
	if s.Renew != nil {
		left += s.Renew(ctx)
	}
	if left == 0 && s.Memory.keepsAnother(watched, s.Now()) { // of a session that is in no known config
		left++
	}
	return left
}

// publish gives a copy of the sessions to the other goroutines.
func (s *Server) publish(watched []watch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched = slices.Clone(watched)
	s.surveyed.Do(func() { close(s.first) })
}

// refresh gets a new token for the session if it is due.
func (s *Server) refresh(ctx context.Context, w *watch) {
	now := s.Now()
	if !w.refreshable(now) || w.next(now).After(now) || !s.enter(ctx) {
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
		s.Log.Warn("the session has ended", "session", w.Session.Key(), "why", end.Why)
	case err != nil:
		if w.err != err.Error() { // log a lasting error only once
			s.Log.Warn("the session was not refreshed", "session", w.Session.Key(), "error", err)
		}
		w.failed(now, err.Error())
		reopen(b)
	case !a.Token.AccessToken.Equal(before):
		s.Log.Info("refreshed the session", "session", w.Session.Key(), "expires", ssocache.FormatTime(a.Token.ExpiresAt))
		w.stamp = "to be read"
		s.read(w)
	case warned == "":
		w.retry = now.Add(retrySoon) // another process has the session's lock
	default:
		w.failed(now, warned)
	}
}

// pause returns how long to wait until the next round.
func (s *Server) pause() time.Duration {
	now, least := s.Now(), roundEvery
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, w := range s.watched {
		if w.refreshable(now) {
			least = min(least, w.next(now).Sub(now))
		}
	}
	return max(least, roundMin)
}

// idle reports whether no client waits for an answer.
func (s *Server) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active == 0
}

// forget begins a round at once, because the user has signed out of a session. The round
// reads all tokens again.
func (s *Server) forget() {
	s.mu.Lock()
	s.forgotten = true
	s.mu.Unlock()
	s.look()
}

// look makes the watch begin a round at once.
func (s *Server) look() {
	select {
	case s.wake <- struct{}{}:
	default: // a round is already requested
	}
}
