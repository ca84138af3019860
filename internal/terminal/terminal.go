// Package terminal detects terminals, makes text safe for them, and measures text. Text can
// come from servers and from files that others write, and a terminal acts on control
// characters.
package terminal

import (
	"os"
	"strings"
	"unicode"

	"golang.org/x/term"
)

// Is reports whether a stream is a terminal. Other character devices, such as the null
// device, are not.
func Is(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Printable makes a message safe: it replaces every character that is not visible, except
// line breaks and tabs, by U+FFFD.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// Harmless makes an answer safe: it replaces characters on which a terminal acts, except
// line breaks and tabs, by U+FFFD. It changes less than [Printable], because answers are
// compared and copied.
func Harmless(text string) string { return strings.Map(HarmlessRune, text) }

// HarmlessRune does what [Harmless] does, for one character.
func HarmlessRune(r rune) rune {
	if r != '\n' && r != '\t' && Active(r) {
		return unicode.ReplacementChar
	}
	return r
}

// Active reports whether a terminal may act on a character: control characters, line and
// paragraph separators, and characters that change the direction of text.
func Active(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Zl, unicode.Zp, unicode.Bidi_Control)
}
