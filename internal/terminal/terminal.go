// Package terminal knows what a terminal is and what may be written to one: texts come
// from servers and from files that others can write, and a terminal acts on control
// characters.
package terminal

import (
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// Is reports whether a stream is a terminal, as isatty does. A character device such as
// the null device is none.
func Is(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Printable replaces everything in a message that is not shown, but for line breaks and
// tabs, by U+FFFD.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// Harmless replaces the characters of an answer on which a terminal acts, but for line
// breaks and tabs, by U+FFFD. It leaves more as it is than [Printable]: an answer is
// compared and copied.
func Harmless(text string) string { return strings.Map(HarmlessRune, text) }

// HarmlessRune is [Harmless] for one character.
func HarmlessRune(r rune) rune {
	if r != '\n' && r != '\t' && Active(r) {
		return unicode.ReplacementChar
	}
	return r
}

// Active reports whether a terminal may act on a character: control characters, line
// and paragraph separators, and those that change the direction of a text.
func Active(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}
