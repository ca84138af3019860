// Package terminal makes text safe for terminals, and measures text. Text can come from servers
// and from the files of other users, and a terminal acts on control characters.
package terminal

import (
	"strings"
	"unicode"
)

// Printable makes a message safe. It replaces every character that is not visible by U+FFFD.
// It keeps line breaks and tabs. It also keeps a joiner (U+200C, U+200D) behind a character that is
// not ASCII, because emoji and some scripts need joiners.
func Printable(text string) string {
	previous := rune(0)
	return strings.Map(func(r rune) rune {
		joiner := (r == '\u200c' || r == '\u200d') && previous > unicode.MaxASCII && unicode.IsPrint(previous)
		previous = r
		if r == '\n' || r == '\t' || unicode.IsPrint(r) || joiner {
			return r
		}
		return unicode.ReplacementChar
	}, text)
}

// OneLine does the same as [Printable], and also replaces line breaks and tabs. Use it for a name in a
// table or in a sentence.
func OneLine(text string) string {
	return strings.NewReplacer("\n", "\ufffd", "\t", "\ufffd").Replace(Printable(text))
}

// Harmless makes an answer safe. It replaces each character that controls a terminal with
// U+FFFD. It keeps line breaks and tabs. It changes less than [Printable], because users and
// scripts compare and copy answers.
func Harmless(text string) string { return strings.Map(HarmlessRune, text) }

// HarmlessRune does the same as [Harmless] for one character.
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
