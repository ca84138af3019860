package jmespath

import (
	"math"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
)

// until reads a text that begins here and ends at the delimiter. A backslash and
// the character after it stay as they are.
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

// raw reads 'text', in which only \' is special.
func (l *lexer) raw() error {
	start := l.pos
	text, err := l.until('\'')
	if err != nil {
		return err
	}
	l.addLiteral(start, strings.ReplaceAll(text, `\'`, `'`))
	return nil
}

// literal reads `json`, or `text` for "text" as in old scripts.
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

// notFinite returns the numbers that Python reads and JSON does not have.
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

// nesting returns how deep lists and objects stand in each other at most.
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
