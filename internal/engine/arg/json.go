// A JSON reader that accepts the same texts as Python's json module, and has the same messages.

package arg

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// parseJSON reads one value. It calls object with each object in the value.
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

// A jsonReader reads JSON as Python does: NaN and Infinity are numbers.
type jsonReader struct {
	in     []rune
	pos    int
	depth  int
	object func(*document.Object) // the reader calls object with each object
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

// A jsonError reports a mistake in JSON. Its text is from Python's parser; the AWS CLI prints it.
type jsonError struct {
	text string
	line int
	col  int
	char int // the first character is 0
}

func (e *jsonError) Error() string {
	return fmt.Sprintf("%s: line %d column %d (char %d)", e.text, e.line, e.col, e.char)
}

func (r *jsonReader) space() {
	for c := r.current(); c == ' ' || c == '\t' || c == '\n' || c == '\r'; c = r.current() {
		r.pos++
	}
}

// current returns the next character, or -1 at the end.
func (r *jsonReader) current() rune {
	if r.pos < len(r.in) {
		return r.in[r.pos]
	}
	return -1
}

// constants lists the values that JSON and Python write as words.
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

// maxJSONDepth is about the depth at which Python reports a recursion error.
const maxJSONDepth = 990

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

func (r *jsonReader) members() (any, error) {
	o := new(document.Object)
	r.object(o)
	r.pos++
	r.space()
	for r.current() != '}' || o.Len() > 0 {
		if r.current() != '"' {
			return nil, r.fail("Expecting property name enclosed in double quotes", r.pos)
		}
		name, err := r.text()
		if err != nil {
			return nil, err
		}
		if r.space(); r.current() != ':' {
			return nil, r.fail("Expecting ':' delimiter", r.pos)
		}
		r.pos++
		r.space()
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		o.Set(name.(string), v) // text returns a string
		if more, err := r.more('}'); !more || err != nil {
			return o, err
		}
	}
	r.pos++
	return o, nil
}

func (r *jsonReader) list() (any, error) {
	list := []any{}
	r.pos++
	r.space()
	for r.current() != ']' || len(list) > 0 {
		v, err := r.value()
		if err != nil {
			return nil, err
		}
		list = append(list, v)
		if more, err := r.more(']'); !more || err != nil {
			return list, err
		}
	}
	r.pos++
	return list, nil
}

// more reads the character after an element: a comma or the end.
func (r *jsonReader) more(end rune) (bool, error) {
	r.space()
	c := r.current()
	if c != end && c != ',' {
		return false, r.fail("Expecting ',' delimiter", r.pos)
	}
	r.pos++
	if c == end {
		return false, nil
	}
	r.space()
	return true, nil
}

// text reads a JSON string.
func (r *jsonReader) text() (any, error) {
	begin := r.pos
	var b strings.Builder
	for r.pos++; ; {
		c := r.current()
		switch {
		case c < 0:
			return nil, r.fail("Unterminated string starting at", begin)
		case c == '"':
			r.pos++
			return b.String(), nil
		case c < ' ':
			return nil, r.fail("Invalid control character at", r.pos)
		case c != '\\':
			b.WriteRune(c)
			r.pos++
			continue
		}
		r.pos++
		c, err := r.escape(begin)
		if err != nil {
			return nil, err
		}
		b.WriteRune(c)
	}
}

// escape reads the part of an escape sequence after the backslash.
func (r *jsonReader) escape(begin int) (rune, error) {
	const escapes, meanings = `"\/bfnrt`, "\"\\/\b\f\n\r\t"
	switch c := r.current(); c {
	case -1:
		return 0, r.fail("Unterminated string starting at", begin)
	case 'u':
	default:
		i := strings.IndexRune(escapes, c)
		if i < 0 {
			return 0, r.fail(`Invalid \escape`, r.pos-1)
		}
		r.pos++
		return rune(meanings[i]), nil
	}
	c, err := r.hex()
	if err != nil {
		return 0, err
	}
	// A pair of surrogates is one character.
	if second := r.pos; utf16.IsSurrogate(c) && c < 0xdc00 && second+6 < len(r.in) && r.in[second] == '\\' && r.in[second+1] == 'u' {
		r.pos++
		low, err := r.hex()
		if err != nil {
			return 0, err
		}
		if joined := utf16.DecodeRune(c, low); joined != '\ufffd' {
			return joined, nil
		}
		r.pos = second
	}
	return c, nil
}

// hex reads a "u" and four digits. As in Python, it fails if the text ends after them.
func (r *jsonReader) hex() (rune, error) {
	at := r.pos
	if at+5 >= len(r.in) {
		return 0, r.fail(`Invalid \uXXXX escape`, at)
	}
	n, err := strconv.ParseUint(string(r.in[at+1:at+5]), 16, 32)
	if err != nil || strings.ContainsRune(string(r.in[at+1:at+5]), '_') {
		return 0, r.fail(`Invalid \uXXXX escape`, at)
	}
	r.pos = at + 5
	return rune(n), nil
}

// number reads the longest number at the current position.
func (r *jsonReader) number() (any, error) {
	start, end := r.pos, r.pos
	digit := func(i int) bool { return i < len(r.in) && r.in[i] >= '0' && r.in[i] <= '9' }
	at := func(i int, signs string) bool { return i < len(r.in) && strings.ContainsRune(signs, r.in[i]) }
	if at(end, "-") {
		end++
	}
	switch {
	case !digit(end):
		return nil, r.fail("Expecting value", start)
	case r.in[end] == '0':
		end++
	default:
		for digit(end) {
			end++
		}
	}
	whole := end
	if at(end, ".") && digit(end+1) {
		for end++; digit(end); end++ {
		}
	}
	if at(end, "eE") {
		e := end + 1
		if at(e, "+-") {
			e++
		}
		if digit(e) {
			for end = e; digit(end); end++ {
			}
		}
	}
	r.pos = end
	text := string(r.in[start:end])
	if end == whole {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
	}
	f, _ := strconv.ParseFloat(text, 64) // a number that is too large becomes infinite
	return f, nil
}
