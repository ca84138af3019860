package arg

import (
	"errors"
	"strings"
	"unicode/utf8"
)

// A syntaxError is a mistake in shorthand. Some are only a sign that another way of
// reading is meant.
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

// A duplicateError is a key that is there twice.
type duplicateError struct {
	key   string
	input string
	pos   int
}

func (e *duplicateError) Error() string {
	return "Second instance of key \"" + e.key + "\" encountered for input:\n" + pointAt(e.input, e.pos) +
		"\nThis is often because there is a preceding \",\" instead of a space."
}

// duplicate points behind the comma after the pair before.
func (s *scanner) duplicate(key string, last int) error {
	return &duplicateError{key, s.input, last + 1}
}

// pointAt returns the input with a line below that points at a place in it.
func pointAt(input string, pos int) string {
	pos = min(pos, len(input))
	column := utf8.RuneCountInString(input[strings.LastIndexByte(input[:pos], '\n')+1 : pos])
	caret := "\n" + strings.Repeat(" ", column) + "^"
	if end := strings.IndexByte(input[pos:], '\n'); end >= 0 {
		return input[:pos+end] + caret + input[pos+end:]
	}
	return input + caret
}
