package agent

import (
	"cmp"
	"os"
	"time"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A Status is the status of an agent. Dates end in Z; unknown dates are omitted.
type Status struct {
	PID      int             `json:"pid"`
	Since    string          `json:"since"`
	InMemory bool            `json:"inMemory"`
	Memory   int             `json:"memoryBytes,omitempty"` // resident memory; 0 if unknown
	Problem  string          `json:"problem,omitempty"`     // of the config
	Sessions []SessionStatus `json:"sessions"`
}

// A SessionStatus is the status of one session.
type SessionStatus struct {
	SSOSession string `json:"ssoSession,omitempty"`
	StartURL   string `json:"startUrl"`
	State      string `json:"state"` // "kept" (the agent refreshes it), "live" (valid, but cannot be refreshed), "ended" or "none"
	ExpiresAt  string `json:"expiresAt,omitempty"`
	RenewalAt  string `json:"renewalAt,omitempty"`
	Problem    string `json:"problem,omitempty"`
}

func (s *Server) status() Status {
	out := Status{PID: os.Getpid(), Since: ssocache.FormatTime(s.began), InMemory: s.Memory != nil, Memory: resident(), Sessions: []SessionStatus{}}
	s.mu.Lock()
	defer s.mu.Unlock()
	out.Problem = s.problem
	for _, w := range s.watched {
		out.Sessions = append(out.Sessions, w.status(s.Now()))
	}
	return out
}

func (w *watch) status(now time.Time) SessionStatus {
	out := SessionStatus{SSOSession: w.Session.Name, StartURL: w.Session.StartURL, State: "none", Problem: cmp.Or(w.Problem, w.err)}
	if w.tok.AccessToken.IsZero() {
		return out
	}
	out.ExpiresAt = ssocache.FormatTime(w.tok.ExpiresAt)
	switch {
	case w.refreshable(now):
		out.State = "kept"
		out.RenewalAt = ssocache.FormatTime(w.next(now))
	case w.tok.Left(now) > 0:
		out.State = "live"
	default:
		out.State = "ended"
	}
	return out
}
