// The style of a string in YAML: plain, in single quotes, or in double quotes.

package render

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// text writes a string in the first possible style: plain, in single quotes, or in double quotes.
func (e *yamlEmitter) text(s string, at place) {
	a := analyze(s)
	outer := e.indent
	e.indent = max(e.indent, 0) + 2 // the indentation of further lines
	fold := at != inSimpleKey
	switch {
	case !a.singleQuotes || e.terminal && terminal.Harmless(s) != s || at == inSimpleKey && a.lineBreaks:
		e.doubleQuoted(s, fold)
	case !a.plain || s == "" || !isYAMLString(s):
		e.singleQuoted(s, fold)
	default:
		e.plain(s, fold)
	}
	e.indent = outer
	e.whitespace, e.indention = false, false
}

// An analysis says in which styles YAML can represent a string.
type analysis struct {
	plain        bool // no part of the string looks like syntax
	singleQuotes bool // the string needs no escapes
	lineBreaks   bool
}

func analyze(s string) analysis {
	if isWord(s) {
		return analysis{plain: true, singleQuotes: true}
	}
	a := analysis{plain: true, singleQuotes: true}
	if strings.HasPrefix(s, "---") || strings.HasPrefix(s, "...") {
		a.plain = false
	}
	var previous rune // 0 at the start
	for i, r := range s {
		size := utf8.RuneLen(r)
		blankBefore := i == 0 || isBlank(previous)
		blankAfter := i+size >= len(s) || isBlank(first(s[i+size:]))
		if isIndicator(r, i == 0, blankBefore, blankAfter) {
			a.plain = false
		}
		if !isYAMLPrintable(r) {
			a.plain, a.singleQuotes = false, false
		}
		if isBreak(r) {
			a.plain, a.lineBreaks = false, true
		}
		// YAML drops white space at the ends and at folded lines.
		if (r == ' ' || isBreak(r)) && (i == 0 || i == len(s)-size) {
			a.plain = false
		}
		if r == ' ' && isBreak(previous) || isBreak(r) && previous == ' ' {
			a.plain, a.singleQuotes = false, false
		}
		previous = r
	}
	return a
}

// isWord reports whether s is empty or has only letters, digits, and punctuation that has no
// meaning in YAML. Most strings are words, and need no further analysis.
func isWord(s string) bool {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_':
		case i > 0 && (c == '-' || c == '/'):
		default:
			return false
		}
	}
	return true
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// isIndicator reports whether YAML would read a character of a plain string in block style as
// syntax.
func isIndicator(r rune, atStart, blankBefore, blankAfter bool) bool {
	switch r {
	case ':':
		return blankAfter
	case '#':
		return blankBefore
	case '-', '?':
		return atStart && blankAfter
	}
	return atStart && r < utf8.RuneSelf && strings.IndexByte(",[]{}&*!|>'\"%@`", byte(r)) >= 0
}

// isBreak reports whether the character is a line break in YAML 1.1.
func isBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == 0 || isBreak(r) }

// isYAMLPrintable reports whether the AWS CLI writes a character without an escape. It escapes
// characters above U+FFFF, although YAML does not require that.
func isYAMLPrintable(r rune) bool {
	switch {
	case r == '\n', r >= ' ' && r <= '~', r >= 0xA0 && r < 0xD800:
		return true
	}
	return r >= 0xE000 && r < 0xFFFE && r != 0xFEFF
}

// plain writes a string without quotes. The string has no line breaks.
func (e *yamlEmitter) plain(s string, fold bool) {
	e.separate()
	if fold {
		s = e.foldSpaces(s)
	}
	e.put(s)
}

// foldSpaces writes s up to the last single space that becomes a line break. It returns the rest
// of s.
func (e *yamlEmitter) foldSpaces(s string) string {
	start, column := 0, e.column
	for i, r := range s {
		if r != ' ' || column <= yamlWidth || s[i-1] == ' ' || s[i+1] == ' ' {
			column++
			continue
		}
		e.put(s[start:i])
		e.writeIndent()
		start, column = i+1, e.column
	}
	return s[start:]
}

// singleQuoted writes a string in single quotes. It doubles line feeds, because YAML reads a
// single line feed as a space. The string must not have a space beside a line break: such a
// string needs double quotes.
func (e *yamlEmitter) singleQuoted(s string, fold bool) {
	e.indicator("'", false)
	var previous rune
	for i, r := range s {
		switch {
		case isBreak(r):
			if r == '\n' && !isBreak(previous) {
				e.lineBreak('\n')
			}
			e.lineBreak(r)
			e.indention = true
		case r == ' ' && fold && previous != ' ' && e.column > yamlWidth && i > 0 && i < len(s)-1 && s[i+1] != ' ':
			e.writeIndent()
		default:
			if isBreak(previous) {
				e.writeIndent()
			}
			if r == '\'' {
				e.put("'")
			}
			e.putRune(r)
			e.indention = false
		}
		previous = r
	}
	if isBreak(previous) {
		e.writeIndent()
	}
	e.put("'")
}

// doubleQuoted writes a string in double quotes. Double quotes allow an escape for every
// character.
func (e *yamlEmitter) doubleQuoted(s string, fold bool) {
	e.indicator(`"`, false)
	spaces := false
	for i, r := range s {
		switch {
		case r == ' ':
			if fold && !spaces && e.column > yamlWidth && i > 0 && i < len(s)-1 {
				e.writeIndent()
				if s[i+1] == ' ' {
					e.put(`\`)
				}
			} else {
				e.putRune(r)
			}
			spaces = true
			continue
		case !isYAMLPrintable(r) || isBreak(r) || e.terminal && terminal.Active(r) || r == '"' || r == '\\':
			e.put(yamlEscape(r))
		default:
			e.putRune(r)
		}
		spaces = false
	}
	e.put(`"`)
}

func yamlEscape(r rune) string {
	const (
		special = "\x00\a\b\t\n\v\f\r\x1b\"\\\u0085\u2028\u2029"
		letters = `0abtnvfre"\NLP`
	)
	if before, _, ok := strings.Cut(special, string(r)); ok {
		return `\` + string(letters[utf8.RuneCountInString(before)])
	}
	switch {
	case r <= 0xFF:
		return fmt.Sprintf(`\x%02X`, r)
	case r <= 0xFFFF:
		return fmt.Sprintf(`\u%04X`, r)
	}
	return fmt.Sprintf(`\U%08X`, r)
}
