package arg

import (
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// maxDepth is how deep braces and brackets may be nested. Python's stack ends
// somewhat before.
const maxDepth = 400

// errDepth is Python's word for it.
var errDepth = &ValueError{"maximum recursion depth exceeded"}

// A scanner reads one value in shorthand:
//
//	parameter = pair *("," pair)
//	pair      = key ["@"] "=" [list / hash / value *("," value)]
//	list      = "[" *(item ",") [item] "]"
//	hash      = "{" *(key ["@"] "=" item ",") [key ["@"] "=" item] "}"
//	item      = list / hash / value
//	value     = "'" … "'" / '"' … '"' / characters
//
// A value behind "@=" can be the name of a file. Space is allowed around each sign.
type scanner struct {
	input string
	pos   int // in bytes
	depth int

	// file reads the file that a value names, or returns nil.
	file  func(string) (any, error)
	files bool // the value that is being read can name one
}

// parameter reads all of the input.
func (s *scanner) parameter() (*document.Object, error) {
	o := new(document.Object)
	last := 0
	for first := true; first || s.pos < len(s.input); first = false {
		if !first {
			if err := s.expect(',', true); err != nil {
				return nil, err
			}
		}
		key, v, err := s.pair()
		if err != nil {
			return nil, err
		}
		if has(o, key) {
			return nil, s.duplicate(key, last)
		}
		o.Set(key, v)
		last = s.pos
	}
	return o, nil
}

func (s *scanner) pair() (key string, v any, err error) {
	if key, err = s.key(); err != nil {
		return "", nil, err
	}
	if c := s.current(); c == '[' || c == '{' {
		v, err = s.item()
	} else {
		v, err = s.values()
	}
	return key, v, err
}

// key reads a key and the sign behind it.
func (s *scanner) key() (string, error) {
	start := s.pos
	for s.pos < len(s.input) && isKey(s.input[s.pos]) {
		s.pos++
	}
	key := s.input[start:s.pos]
	s.files = s.expect('@', true) == nil
	return key, s.expect('=', true)
}

func isKey(c byte) bool {
	return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'z' || strings.IndexByte("-_.#/:", c) >= 0
}

// current returns the next byte; 0 at the end.
func (s *scanner) current() byte {
	if s.pos < len(s.input) {
		return s.input[s.pos]
	}
	return 0
}

// space skips white space, of ASCII only.
func (s *scanner) space() {
	for s.pos < len(s.input) && strings.IndexByte(" \t\n\r\v\f", s.input[s.pos]) >= 0 {
		s.pos++
	}
}

// expect reads one character, and the space around it if asked to.
func (s *scanner) expect(c byte, around bool) error {
	if around {
		s.space()
	}
	if s.pos == len(s.input) {
		return s.syntax(string(c), "EOF")
	}
	if s.input[s.pos] != c {
		_, size := utf8.DecodeRuneInString(s.input[s.pos:])
		return s.syntax(string(c), s.input[s.pos:s.pos+size])
	}
	s.pos++
	if around {
		s.space()
	}
	return nil
}
