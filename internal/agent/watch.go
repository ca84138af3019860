package agent

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"
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

// pause is how long nothing will be due.
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

// round looks at every session once, renews what is due, and counts those that
// there is a point in watching.
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

// publish shows others what the watch knows; it goes on with its own.
func (s *Server) publish(watched []watch) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.watched = slices.Clone(watched)
	s.surveyed.Do(func() { close(s.first) })
}

// idle says that nobody waits for an answer.
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
