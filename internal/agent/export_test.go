package agent

import "github.com/lanyard-cli/lanyard/internal/profile"

// Forget does the same as the request "forget" of a client.
func (s *Server) Forget() { s.forget() }

// State returns the status that a client would get.
func (s *Server) State() Status { return s.status() }

// MarkEnded makes the agent behave as if a service had answered that the session has ended.
func (s *Server) MarkEnded(session profile.Session, settings Settings) {
	s.markEnded(session, settings)
	s.look()
}
