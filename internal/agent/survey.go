package agent

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/broker"
)

// survey lists the sessions to watch, with their tokens as they are now. What is known
// of a session stays known while its files do not change.
func (s *Server) survey() []watch {
	s.mu.Lock()
	known, anew, over := slices.Clone(s.watched), s.forgotten, s.over
	s.forgotten, s.over = false, nil
	s.mu.Unlock()
	list, problem := s.list(known)
	if problem != "" && problem != s.problem { // only this goroutine changes it
		s.Log.Warn("the config cannot be read; the sessions are watched as they were", "error", problem)
	}
	watched := make([]watch, 0, len(list))
	for _, item := range list {
		w := watch{Watched: item, fit: item.Problem == ""}
		if k := find(known, item); k >= 0 {
			w = known[k]
			w.take(item)
		}
		if w.Session.Window() < leastAhead {
			w.Session.RefreshWindow, w.Session.HasWindow = leastAhead, true
		}
		if anew {
			w.stamp = "to be read"
		}
		stamp := w.stamp
		s.read(&w)
		// Another service that was asked does not know this session.
		if by, ok := over[id(w.Session)]; ok && by == w.Settings.Endpoints().ID() && w.stamp == stamp { // and nobody has signed in meanwhile
			w.ended, w.err = true, "the service has ended it"
		}
		watched = append(watched, w)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problem = problem
	return watched
}

// list is what the config says, or, where that cannot be read, what it said. A token
// in memory is kept whatever the config says now: it is nowhere else.
func (s *Server) list(known []watch) (list []Watched, problem string) {
	list, err := s.Watched()
	if err != nil {
		problem = err.Error()
	}
	for _, w := range known {
		listed := slices.ContainsFunc(list, func(o Watched) bool { return id(o.Session) == id(w.Session) })
		switch {
		case listed:
		case err != nil:
			list = append(list, w.Watched)
		case s.Memory != nil && w.alive(s.Now(), true):
			w.Problem = "the config does not name it any more"
			list = append(list, w.Watched)
		}
	}
	return list, problem
}

func find(known []watch, item Watched) int {
	return slices.IndexFunc(known, func(w watch) bool { return id(w.Session) == id(item.Session) })
}

// read reads the session's token, if its files have changed.
func (s *Server) read(w *watch) {
	b := s.broker(w, func(string) {})
	now := s.Now()
	stamp := b.Cache.Stamp(w.keys()...)
	if again := w.locked && !w.waits(now); stamp == w.stamp && !again {
		return
	}
	fails := w.fails
	*w = watch{Watched: w.Watched, fit: w.fit, stamp: stamp}
	if stamp == "" {
		return
	}
	var err error
	if w.tok, err = b.Peek(w.Session); err != nil {
		w.locked, w.fails = true, fails
		w.failed(now, err.Error())
		reopen(b)
	}
}

// broker makes the broker for a session.
func (s *Server) broker(w *watch, warn func(string)) *broker.Broker {
	return s.Broker(w.Settings, w.Siblings, warn)
}

// reopen lets a store be tried anew next time: a keychain may be unlocked by then.
func reopen(b *broker.Broker) {
	if v := b.Cache.Backends; v != nil {
		v.Reopen()
	}
}
