package agent

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/broker"
)

// survey returns the sessions to watch with their current tokens. It reads a token only if
// its files have changed.
func (s *Server) survey() []watch {
	s.mu.Lock()
	known, anew, over := slices.Clone(s.watched), s.forgotten, s.endedBy
	s.forgotten, s.endedBy = false, nil
	s.mu.Unlock()
	list, problem := s.list(known)
	if problem != "" && problem != s.problem { // only this goroutine changes it
		s.Log.Warn("cannot read the config; watching the same sessions as before", "error", problem)
	}
	watched := make([]watch, 0, len(list))
	for _, item := range list {
		w := watch{Watched: item, valid: item.Problem == ""}
		if k := find(known, item); k >= 0 {
			w = known[k]
			w.update(item)
		}
		if w.Session.Window() < minWindow {
			w.Session.RefreshWindow, w.Session.HasWindow = minWindow, true
		}
		if anew {
			w.stamp = "to be read"
		}
		stamp := w.stamp
		s.read(&w)
		// Only the session's own service can end the session. A new sign-in since then also keeps
		// the session.
		if by, ok := over[id(w.Session)]; ok && by == w.Settings.Endpoints().ID() && w.stamp == stamp {
			w.ended, w.err = true, "the service has ended it"
		}
		watched = append(watched, w)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.problem = problem
	return watched
}

// list returns the sessions of the config. If the config cannot be read, it returns the known
// sessions. It also returns a session that was removed from the config, if the agent's memory
// has its token. That token exists nowhere else.
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
		case s.Memory != nil && w.needed(s.Now(), true):
			w.Problem = "no longer in the config"
			list = append(list, w.Watched)
		}
	}
	return list, problem
}

func find(known []watch, item Watched) int {
	return slices.IndexFunc(known, func(w watch) bool { return id(w.Session) == id(item.Session) })
}

// read reads the session's token if its files have changed.
func (s *Server) read(w *watch) {
	b := s.broker(w, func(string) {})
	now := s.Now()
	stamp := b.Cache.Stamp(w.keys()...)
	if again := w.locked && !w.postponed(now); stamp == w.stamp && !again {
		return
	}
	fails := w.fails
	*w = watch{Watched: w.Watched, valid: w.valid, stamp: stamp}
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

// broker returns the broker for a session.
func (s *Server) broker(w *watch, warn func(string)) *broker.Broker {
	return s.Broker(w.Settings, w.Siblings, warn)
}

// reopen makes the next use open the stores again, because a keychain may be unlocked by
// then.
func reopen(b *broker.Broker) {
	if v := b.Cache.Backends; v != nil {
		v.Reopen()
	}
}
