package awsconfig

import "strings"

// A lineKind says what a line is, which depends on the lines before it.
type lineKind uint8

const (
	blank        lineKind = iota
	comment               // # or ; is the first character that is not white space
	header                // [text]
	option                // key = value, key: value
	continuation          // more of the value above: indented deeper than its key
	stray                 // content before the first header
	bad                   // neither header nor option
)

// A line is one line of a file.
type line struct {
	kind lineKind
	raw  string // all of it, with its line ending
	text string // without the white space around it
}

// A scanner reads lines and knows what each is. The rules are those of Python's
// RawConfigParser, which the AWS CLI uses.
type scanner struct {
	data string
	pos  int // where the next line starts
	lf   int // just behind the next \n from pos, if it is behind pos at all

	inSection bool // there was a header
	inOption  bool // a value may be continued
	indent    int  // characters before the last header or option
}

// next returns the next line; ok is false at the end. A line ends at \n, \r\n or
// a lone \r, like a text file in Python.
func (s *scanner) next() (l line, ok bool) {
	if s.pos >= len(s.data) {
		return line{}, false
	}
	if s.lf <= s.pos {
		// Kept, so that a file of many lone \r is not searched again and again.
		s.lf = len(s.data) + 1
		if i := strings.IndexByte(s.data[s.pos:], '\n'); i >= 0 {
			s.lf = s.pos + i + 1
		}
	}
	rest := s.data[s.pos:]
	end := s.lf - 1 - s.pos
	after := min(end+1, len(rest))
	if i := strings.IndexByte(rest[:end], '\r'); i >= 0 {
		if i < end-1 || after == end {
			after = i + 1
		}
		end = i
	}
	s.pos += after
	n, indent := leading(rest[:end])
	l = line{raw: rest[:after], text: trimRight(rest[n:end])}
	l.kind = s.judge(l.text, indent)
	return l, true
}

// judge says what a line is, and remembers what the next one needs to know.
func (s *scanner) judge(text string, indent int) lineKind {
	switch {
	case text == "":
		return blank
	case text[0] == '#' || text[0] == ';':
		return comment
	case s.inOption && indent > s.indent:
		return continuation
	}
	s.indent = indent
	if _, ok := headerText(text); ok {
		s.inSection, s.inOption = true, false
		return header
	}
	if !s.inSection {
		return stray
	}
	if _, _, ok := splitOption(text); !ok {
		return bad
	}
	s.inOption = true
	return option
}

// headerText returns what stands between the brackets. Anything may follow the
// last closing bracket.
func headerText(text string) (string, bool) {
	if text[0] != '[' {
		return "", false
	}
	end := strings.LastIndexByte(text, ']')
	if end < 2 {
		return "", false
	}
	return text[1:end], true
}

// splitOption cuts a line at its first = or :.
func splitOption(text string) (key, value string, ok bool) {
	i := 0
	for i < len(text) && text[i] != '=' && text[i] != ':' {
		i++
	}
	if i == len(text) {
		return "", "", false
	}
	key = trimRight(text[:i])
	return key, trim(text[i+1:]), key != ""
}

// countLines returns how many lines end in s.
func countLines(s string) int {
	n := strings.Count(s, "\n")
	if strings.IndexByte(s, '\r') >= 0 {
		n += strings.Count(s, "\r") - strings.Count(s, "\r\n")
	}
	return n
}
