package awsconfig

import "bytes"

// repeats reports whether a section that mentions a refresh says of its session
// what another has said before. What profiles say of a session adds up, so a
// repetition says nothing: in a config where each of ten thousand profiles has
// the same block, one is kept. A section that is not plain, or that does not name
// its session, is never a repetition.
func (s *sieve) repeats(unit []byte) bool {
	_, body, _ := bytes.Cut(unit, []byte{'\n'})
	s.text = s.text[:0]
	named := false
	for line := range bytes.Lines(body) {
		switch line[0] {
		case ' ', '\t', '\f', '\v':
			return false // part of the value above, or an indented key
		case 's', 'S':
			duration := hasFoldPrefix(line, "sso_session_duration")
			session := hasFoldPrefix(line, "sso_session") && !duration || hasFoldPrefix(line, "sso_start_url")
			if session || duration || hasFoldPrefix(line, "sso_region") || hasFoldPrefix(line, "sso_auto_refresh") || hasFoldPrefix(line, "sso_refresh_window") {
				s.text = append(append(s.text, line...), '\n')
			}
			named = named || session
		}
		if bytes.IndexByte(line, '\r') >= 0 {
			return false // perhaps more lines than one
		}
	}
	if !named {
		return false
	}
	if _, known := s.said[string(s.text)]; known {
		return true
	}
	if s.said == nil {
		s.said = make(map[string]struct{})
	}
	s.said[string(s.text)] = struct{}{}
	return false
}

func hasFoldPrefix(line []byte, prefix string) bool {
	return len(line) > len(prefix) && bytes.EqualFold(line[:len(prefix)], []byte(prefix))
}
