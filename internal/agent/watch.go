package agent

import (
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

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
	s.mu.Lock()
	known := slices.Clone(s.watched)
	s.mu.Unlock()
	list, err := s.Watched()
	if err != nil {
		s.Log.Warn("the config cannot be read; the sessions are watched as they were", "error", err)
		list = nil
		for _, w := range known {
			list = append(list, w.Watched)
		}
	}
	watched := make([]watch, len(list))
	var work errgroup.Group
	work.SetLimit(atOnce)
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
	for _, w := range watched {
		if w.alive(s.Now(), s.Memory != nil) {
			left++
		}
	}
	s.mu.Lock()
	s.watched = watched
	s.mu.Unlock()
	return left
}

// idle says that nobody waits for an answer.
func (s *Server) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.active == 0
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
