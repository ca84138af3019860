package agent

// Forget does what a client's request of that name does.
func (s *Server) Forget() { s.forget() }

// State is what a client would be told.
func (s *Server) State() Status { return s.status() }
