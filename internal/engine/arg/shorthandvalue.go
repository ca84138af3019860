package arg

import (
	"strings"
	"unicode/utf8"
)

// A valueKind says which characters a value may have.
type valueKind struct {
	name  string            // in messages
	empty bool              // there may be none
	more  func(c rune) bool // behind the first
}

// The first value behind a "=" ends at a closing brace or bracket; the others end at
// a "=", which shows that they are a key.
var (
	firstValue  = valueKind{"first", true, func(c rune) bool { return c != ']' && c != '}' }}
	secondValue = valueKind{"second", false, func(c rune) bool { return c != '=' }}
)

// value reads a value in quotes or without.
func (s *scanner) value(k valueKind) (any, error) {
	var v string
	switch c := s.current(); c {
	case '\'', '"':
		quoted, err := s.quoted(c)
		if err != nil {
			return nil, err
		}
		v = quoted
	default:
		start := s.pos
		s.plain(k)
		if s.pos == start {
			if k.empty {
				return "", nil
			}
			return nil, s.syntax("<"+k.name+">", "<none>")
		}
		v = strings.TrimRightFunc(strings.ReplaceAll(s.input[start:s.pos], `\,`, ","), isSpace)
	}
	if s.files {
		loaded, err := s.file(v)
		if err != nil || loaded != nil {
			return loaded, err
		}
	}
	return v, nil
}

// plain skips a value without quotes. A comma in it has a backslash in front.
func (s *scanner) plain(k valueKind) {
	for first := true; s.pos < len(s.input); first = false {
		if strings.HasPrefix(s.input[s.pos:], `\,`) {
			s.pos += 2
			continue
		}
		c, size := utf8.DecodeRuneInString(s.input[s.pos:])
		if !isPlain(c) || first && !isFirst(c) || !first && !k.more(c) {
			return
		}
		s.pos += size
	}
}

// isPlain reports whether c can be in a value without quotes: no quote, no comma, no
// control character that is not white space, nothing outside of the first plane.
func isPlain(c rune) bool {
	switch {
	case c == '"' || c == '\'' || c == ',' || c > 0xffff:
		return false
	case c < ' ':
		return isSpace(c)
	}
	return true
}

// isFirst reports whether a value without quotes can begin with c, which is plain.
func isFirst(c rune) bool { return c > ' ' && c != '=' && c != '[' && c != '{' }

// quoted reads a value in quotes. A backslash stands before a quote or a backslash
// that is meant as such.
func (s *scanner) quoted(mark byte) (string, error) {
	rest := s.input[s.pos+1:]
	end, escaped := -1, -1
	for i := 0; i < len(rest) && end < 0; i++ {
		switch {
		case rest[i] == mark:
			end = i
		case rest[i] == '\\' && i+1 < len(rest) && rest[i+1] == mark:
			i++
			escaped = i
		case rest[i] == '\\' && i+1 < len(rest) && rest[i+1] == '\\':
			i++
		}
	}
	if end < 0 {
		// Nothing else ends it: the last quote does, its backslash is one.
		end = escaped
	}
	if end < 0 {
		name := "singled quoted"
		if mark == '"' {
			name = "double quoted"
		}
		return "", s.syntax("<"+name+">", "<none>")
	}
	s.pos += 1 + end + 1
	v := strings.ReplaceAll(rest[:end], `\`+string(mark), string(mark))
	return strings.ReplaceAll(v, `\\`, `\`), nil
}

// values reads one value, or several between commas. What turns out to be the next
// pair is not one of them: the comma before it is read again.
func (s *scanner) values() (any, error) {
	first, err := s.value(firstValue)
	if err != nil {
		return nil, err
	}
	s.space()
	if s.current() != ',' {
		return first, nil
	}
	s.pos++
	s.space()
	list := []any{first}
	for {
		v, err := s.value(secondValue)
		if err == nil {
			s.space()
			if s.pos == len(s.input) {
				return append(list, v), nil
			}
			err = s.expect(',', true)
		}
		if err == nil {
			list = append(list, v)
			continue
		}
		if !isSyntax(err) || s.pos == len(s.input) {
			return nil, err
		}
		s.pos = strings.LastIndexByte(s.input[:s.pos+1], ',')
		if len(list) == 1 {
			return first, nil
		}
		return list, nil
	}
}
