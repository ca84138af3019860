// The AWS CLI's shorthand syntax: Key=Value,Key=[Value,Value],Key={Key=Value}.

package arg

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A scanner reads one value in shorthand:
//
//	parameter = pair *("," pair)
//	pair      = key ["@"] "=" [list / hash / value *("," value)]
//	list      = "[" *(item ",") [item] "]"
//	hash      = "{" *(key ["@"] "=" item ",") [key ["@"] "=" item] "}"
//	item      = list / hash / value
//	value     = "'" … "'" / '"' … '"' / characters
//
// A value after "@=" can name a file. Space is allowed around each sign.
type scanner struct {
	input string
	pos   int // in bytes
	depth int

	// file reads the file that a value names. It returns nil if the value names no file.
	file  func(string) (any, error)
	files bool // the current value can name a file
}

// parameter reads the whole input.
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

// key reads a key and the sign after it.
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

// current returns the next byte, or 0 at the end.
func (s *scanner) current() byte {
	if s.pos < len(s.input) {
		return s.input[s.pos]
	}
	return 0
}

// space skips ASCII white space.
func (s *scanner) space() {
	for s.pos < len(s.input) && strings.IndexByte(" \t\n\r\v\f", s.input[s.pos]) >= 0 {
		s.pos++
	}
}

// expect reads the character c. If around is set, it also reads the space around c.
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

func (s *scanner) item() (any, error) {
	if s.depth++; s.depth > maxDepth {
		return nil, errDepth
	}
	defer func() { s.depth-- }()
	switch s.current() {
	case '[':
		return s.list()
	case '{':
		return s.hash()
	}
	return s.value(firstValue)
}

// maxDepth limits the nesting of braces and brackets. Python's limit is a little lower.
const maxDepth = 400

// errDepth is Python's error for values that are nested too deeply.
var errDepth = &ValueError{"maximum recursion depth exceeded"}

func (s *scanner) list() (any, error) {
	s.pos++
	s.space()
	list := []any{}
	for s.current() != ']' {
		v, err := s.item()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if err := s.separator(']'); err != nil {
			return nil, err
		}
	}
	s.pos++
	return list, nil
}

func (s *scanner) hash() (any, error) {
	s.pos++
	s.space()
	o := new(document.Object)
	for s.current() != '}' {
		key, err := s.key()
		if err != nil {
			return nil, err
		}
		v, err := s.item()
		if err != nil {
			return nil, err
		}
		if err := s.separator('}'); err != nil {
			return nil, err
		}
		o.Set(key, v)
	}
	s.pos++
	return o, nil
}

// separator reads the comma after an item. If end follows, it reads nothing.
func (s *scanner) separator(end byte) error {
	s.space()
	if s.current() == end {
		return nil
	}
	if err := s.expect(',', false); err != nil {
		return err
	}
	s.space()
	return nil
}

// values reads one or several values, separated by commas. If an element turns out to be the key
// of the next pair, values goes back to the comma before the key.
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

// A valueKind describes which characters a value may have.
type valueKind struct {
	name  string            // the name that messages use
	empty bool              // the value may be empty
	more  func(c rune) bool // whether c is allowed after the first character
}

// The first value after a "=" ends at a closing brace or bracket. The values after it also end at
// a "=", because a "=" shows that they are keys.
var (
	firstValue  = valueKind{"first", true, func(c rune) bool { return c != ']' && c != '}' }}
	secondValue = valueKind{"second", false, func(c rune) bool { return c != '=' }}
)

// value reads a value, with or without quotes.
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

// plain skips a value without quotes. A comma in the value must be escaped by a backslash.
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

// isPlain reports whether c is allowed in a value without quotes. Quotes, commas, control
// characters other than white space, and characters above U+FFFF are not allowed.
func isPlain(c rune) bool {
	switch {
	case c == '"' || c == '\'' || c == ',' || c > 0xffff:
		return false
	case c < ' ':
		return isSpace(c)
	}
	return true
}

// isFirst reports whether a value without quotes can begin with c. c must be a plain character.
func isFirst(c rune) bool { return c > ' ' && c != '=' && c != '[' && c != '{' }

// quoted reads a value in quotes. A backslash escapes a quote or a backslash.
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
		// If there is no unescaped quote, the last escaped quote ends the value.
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

// A syntaxError reports a mistake in shorthand. [scanner.values] also uses it to find out that it
// has read the next key.
type syntaxError struct {
	expected, received string
	input              string
	pos                int
}

func (e *syntaxError) Error() string {
	return "Expected: '" + e.expected + "', received: '" + e.received + "' for input:\n" + pointAt(e.input, e.pos)
}

func isSyntax(err error) bool { return errors.As(err, new(*syntaxError)) }

func (s *scanner) syntax(expected, received string) error {
	return &syntaxError{expected, received, s.input, s.pos}
}

// A duplicateError reports a key that occurs twice.
type duplicateError struct {
	key   string
	input string
	pos   int
}

func (e *duplicateError) Error() string {
	return "Second instance of key \"" + e.key + "\" encountered for input:\n" + pointAt(e.input, e.pos) +
		"\nThis is often because there is a preceding \",\" instead of a space."
}

// duplicate returns the error for a key that occurs twice. end is the end of the previous pair.
func (s *scanner) duplicate(key string, end int) error {
	return &duplicateError{key, s.input, end + 1}
}

// pointAt returns the input and a line below it with a caret at a position.
func pointAt(input string, pos int) string {
	pos = min(pos, len(input))
	column := utf8.RuneCountInString(input[strings.LastIndexByte(input[:pos], '\n')+1 : pos])
	caret := "\n" + strings.Repeat(" ", column) + "^"
	if end := strings.IndexByte(input[pos:], '\n'); end >= 0 {
		return input[:pos+end] + caret + input[pos+end:]
	}
	return input + caret
}
