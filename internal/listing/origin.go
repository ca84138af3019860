package listing

// Origin returns the origin of the session's token: "aws", or the base URL of the portal.
func (s *Session) Origin() string { return s.id.Origin }
