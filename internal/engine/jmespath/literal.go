// Tokens with values: quoted names, raw strings and literals.

package jmespath

import (
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// until reads the text before the delimiter. It keeps a backslash and the character after it
// unchanged.
func (l *lexer) until(delimiter rune) (string, error) {
	var b strings.Builder
	for i := l.pos + 1; i < len(l.chars); i++ {
		switch c := l.chars[i]; {
		case c == delimiter:
			l.pos = i + 1
			return b.String(), nil
		case c == '\\' && i+1 < len(l.chars):
			b.WriteRune(c)
			i++
			b.WriteRune(l.chars[i])
		default:
			b.WriteRune(c)
		}
	}
	return "", lexError(l.expr, l.pos, "Unclosed "+string(delimiter)+" delimiter")
}

// quoted reads "name", which is a JSON string.
func (l *lexer) quoted() error {
	start := l.pos
	text, err := l.until('"')
	if err != nil {
		return err
	}
	name, problem := unescape(text)
	if problem != "" {
		return lexError(l.expr, start, problem)
	}
	l.tokens = append(l.tokens, token{typ: tokenQuoted, text: name, start: start})
	return nil
}

// raw reads 'text', in which only \' is an escape.
func (l *lexer) raw() error {
	start := l.pos
	text, err := l.until('\'')
	if err != nil {
		return err
	}
	l.addLiteral(start, strings.ReplaceAll(text, `\'`, `'`))
	return nil
}

// literal reads `json`. Old scripts write `text` instead of `"text"`.
func (l *lexer) literal() error {
	start := l.pos
	text, err := l.until('`')
	if err != nil {
		return err
	}
	text = strings.ReplaceAll(text, "\\`", "`")
	if nesting(text) > maxDepth {
		return errDepth
	}
	v, ok := notFinite(text)
	if !ok {
		v, err = document.ParseJSON([]byte(text))
	}
	if err != nil {
		s, problem := unescape(strings.TrimLeftFunc(text, isSpace))
		if problem != "" {
			return lexError(l.expr, start, "Bad token "+text)
		}
		v = s
	}
	l.addLiteral(start, v)
	return nil
}

func (l *lexer) addLiteral(start int, v any) {
	l.tokens = append(l.tokens, token{typ: tokenLiteral, value: v, start: start})
}

// notFinite reads NaN, Infinity and -Infinity, which Python accepts in JSON.
func notFinite(text string) (any, bool) {
	switch strings.Trim(text, " \t\r\n") {
	case "NaN":
		return math.NaN(), true
	case "Infinity":
		return math.Inf(1), true
	case "-Infinity":
		return math.Inf(-1), true
	}
	return nil, false
}

// nesting returns how deeply lists and objects are nested.
func nesting(json string) int {
	depth, deepest, inString := 0, 0, false
	for i := 0; i < len(json); i++ {
		switch c := json[i]; {
		case inString && c == '\\':
			i++
		case c == '"':
			inString = !inString
		case inString:
		case c == '[' || c == '{':
			depth++
			deepest = max(deepest, depth)
		case c == ']' || c == '}':
			depth--
		}
	}
	return deepest
}

// unescape decodes the text between the quotation marks of a JSON string. problem is the message
// of Python's json module, or "". Half of a surrogate pair becomes U+FFFD; Python would keep the
// half.
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

// unescapeRune reads "\uXXXX", or a surrogate pair of this form. It returns the character and the
// number of bytes.
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

// isSpace reports whether Python's str.isspace is true for r, including the four ASCII
// separators.
func isSpace(r rune) bool {
	return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f
}
