package agent

import "github.com/lanyard-cli/lanyard/internal/profile"

// Forget does what a client's request of that name does.
func (s *Server) Forget() { s.forget() }

// State is what a client would be told.
func (s *Server) State() Status { return s.status() }

// MarkOver does what an answer of a service that has ended a session does.
func (s *Server) MarkOver(of profile.Session, by Settings) {
	s.markOver(of, by)
	s.look()
}
