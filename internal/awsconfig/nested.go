package awsconfig

import "strings"

// nest reads the further lines of a setting without a value of its own as one
// level of key = value. Only = delimits here, and keys keep their case.
func (c *collector) nest(s *Setting, lines []part) error {
	s.Nested = make([]Setting, 0, len(lines))
	var at map[string]int // of the nested settings by key, if they are many
	for _, p := range lines {
		for rest, more := p.text, true; more; {
			var text string
			text, rest, more = cutInnerLine(rest)
			if text = trim(text); text == "" {
				continue
			}
			i := strings.IndexByte(text, '=')
			if i < 0 {
				return c.fail(p.line, "a line of the block of key "+s.Key+" lacks its =")
			}
			n := Setting{Key: trimRight(text[:i]), Value: trim(text[i+1:]), Line: p.line}
			switch {
			case at == nil && len(s.Nested) >= many:
				at = places(s.Nested)
				fallthrough
			case at != nil:
				if i, ok := at[n.Key]; ok {
					s.Nested[i] = n
					continue
				}
				at[n.Key] = len(s.Nested)
				s.Nested = append(s.Nested, n)
			default:
				s.nest(n)
			}
		}
	}
	return nil
}

// nest puts n into the block; the last of several with one key counts.
func (s *Setting) nest(n Setting) {
	for i := range s.Nested {
		if s.Nested[i].Key == n.Key {
			s.Nested[i] = n
			return
		}
	}
	s.Nested = append(s.Nested, n)
}

// cutInnerLine cuts s at the first character that ends a line for Python's
// str.splitlines and does not end one in a file.
func cutInnerLine(s string) (text, rest string, found bool) {
	for i, r := range s {
		switch r {
		case '\v', '\f', 0x1c, 0x1d, 0x1e:
			return s[:i], s[i+1:], true
		case 0x85:
			return s[:i], s[i+2:], true
		case 0x2028, 0x2029:
			return s[:i], s[i+3:], true
		}
	}
	return s, "", false
}
