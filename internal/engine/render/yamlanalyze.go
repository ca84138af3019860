package render

import (
	"strings"
	"unicode/utf8"
)

// An analysis says in which styles a string can be written.
type analysis struct {
	plain        bool // nothing in it would be taken for syntax
	singleQuotes bool // it needs no escapes
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
		// White space would be lost at the ends, and where lines are folded.
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

// isWord reports whether s is empty or has only letters, digits and marks that
// mean nothing in YAML, as most strings. It saves their analysis.
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

// isIndicator reports whether a character of a string without quotes, outside of
// flow style, would be taken for syntax.
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

// isBreak reports whether YAML 1.1 takes the character for a line break.
func isBreak(r rune) bool {
	switch r {
	case '\n', '\r', '\u0085', '\u2028', '\u2029':
		return true
	}
	return false
}

func isBlank(r rune) bool { return r == ' ' || r == '\t' || r == 0 || isBreak(r) }

// isYAMLPrintable reports whether a character is written as it is. Those outside
// of the Basic Multilingual Plane are not, though YAML allows it.
func isYAMLPrintable(r rune) bool {
	switch {
	case r == '\n', r >= ' ' && r <= '~', r >= 0xA0 && r < 0xD800:
		return true
	}
	return r >= 0xE000 && r < 0xFFFE && r != 0xFEFF
}
