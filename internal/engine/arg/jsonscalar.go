package arg

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// text reads a string of JSON.
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

// escape reads what follows a backslash.
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

// hex reads a "u" and four digits. As in Python something must follow them.
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

// number reads as much as is a number.
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
	f, _ := strconv.ParseFloat(text, 64) // too large is infinite
	return f, nil
}
