package jmespath

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// unescape reads what stands between the quotation marks of a JSON string. The
// problem, "" if there is none, is in the words of Python's json module. Half of a
// surrogate pair becomes U+FFFD: it is no character, though Python keeps it.
func unescape(s string) (text, problem string) {
	var b strings.Builder
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '"':
			return "", "Extra data"
		case c < ' ':
			return "", "Invalid control character at"
		case c != '\\':
			b.WriteByte(c)
			i++
		case i+1 == len(s):
			return "", "Unterminated string starting at"
		case s[i+1] == 'u':
			r, n := unescapeRune(s[i:])
			if n == 0 {
				return "", `Invalid \uXXXX escape`
			}
			b.WriteRune(r)
			i += n
		default:
			k := strings.IndexByte(`"\/bfnrt`, s[i+1])
			if k < 0 {
				return "", `Invalid \escape`
			}
			b.WriteByte("\"\\/\b\f\n\r\t"[k])
			i += 2
		}
	}
	return b.String(), ""
}

// unescapeRune reads \uXXXX, or two of them that make a character together, and
// returns how many bytes that were.
func unescapeRune(s string) (rune, int) {
	r, ok := hexRune(s)
	if !ok {
		return 0, 0
	}
	if utf16.IsSurrogate(r) {
		if second, ok := hexRune(s[6:]); ok {
			if both := utf16.DecodeRune(r, second); both != unicode.ReplacementChar {
				return both, 12
			}
		}
		r = unicode.ReplacementChar
	}
	return r, 6
}

func hexRune(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	return rune(n), err == nil
}

// isSpace is str.isspace: Python counts the four separators of ASCII too.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}
