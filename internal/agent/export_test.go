package agent

import "github.com/lanyard-cli/lanyard/internal/profile"

// Forget does the same as the request "forget" of a client.
func (s *Server) Forget() { s.forget() }

// State returns the status that a client would get.
func (s *Server) State() Status { return s.status() }

// MarkEnded does the same as the answer of a service that a session has ended.
func (s *Server) MarkEnded(of profile.Session, by Settings) {
	s.markEnded(of, by)
	s.look()
}
