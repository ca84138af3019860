package arg

import (
	"fmt"
	"math"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// A jsonError is a mistake in JSON, in the words of Python's parser: users know
// them, and they say where.
type jsonError struct {
	text string
	line int
	col  int
	char int // from 0
}

func (e *jsonError) Error() string {
	return fmt.Sprintf("%s: line %d column %d (char %d)", e.text, e.line, e.col, e.char)
}

// A jsonReader reads JSON as Python does: NaN and Infinity are numbers.
type jsonReader struct {
	in     []rune
	pos    int
	depth  int
	object func(*document.Object) // is shown each object
}

// parseJSON reads one value; object is shown each object in it.
func parseJSON(text string, object func(*document.Object)) (any, error) {
	r := &jsonReader{in: []rune(text), object: object}
	if strings.HasPrefix(text, "\ufeff") {
		return nil, r.fail("Unexpected UTF-8 BOM (decode using utf-8-sig)", 0)
	}
	r.space()
	v, err := r.value()
	if err != nil {
		return nil, err
	}
	if r.space(); r.pos != len(r.in) {
		return nil, r.fail("Extra data", r.pos)
	}
	return v, nil
}

func (r *jsonReader) fail(text string, at int) error {
	e := &jsonError{text: text, line: 1, col: at + 1, char: at}
	for i, c := range r.in[:min(at, len(r.in))] {
		if c == '\n' {
			e.line++
			e.col = at - i
		}
	}
	return e
}

func (r *jsonReader) space() {
	for c := r.current(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = r.current() {
		r.pos++
	}
}

// current returns the next character; -1 at the end.
func (r *jsonReader) current() rune {
	if r.pos < len(r.in) {
		return r.in[r.pos]
	}
	return -1
}

// constants are the values that are words.
var constants = [...]struct {
	word  string
	value any
}{
	{"null", nil},
	{"true", true},
	{"false", false},
	{"NaN", math.NaN()},
	{"Infinity", math.Inf(1)},
	{"-Infinity", math.Inf(-1)},
}

func (r *jsonReader) value() (any, error) {
	switch r.current() {
	case '"':
		return r.text()
	case '{', '[':
		if r.depth++; r.depth > maxJSONDepth {
			return nil, errDepth
		}
		defer func() { r.depth-- }()
		if r.current() == '{' {
			return r.members()
		}
		return r.list()
	}
	for _, c := range constants {
		if n := r.pos + len(c.word); n <= len(r.in) && string(r.in[r.pos:n]) == c.word {
			r.pos = n
			return c.value, nil
		}
	}
	return r.number()
}

// maxJSONDepth is about where Python's stack ends.
const maxJSONDepth = 990
