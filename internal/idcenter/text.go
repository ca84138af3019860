package idcenter

import (
	"strings"
	"unicode"
)

// maxText is how much of a server's text, in characters, a person is shown.
const maxText = 500

// clean makes text from a server fit for a terminal: control and invisible
// formatting characters (escape sequences, text that runs backwards) are
// dropped, line breaks and tabs become spaces, and what is longer than maxText
// characters is cut.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			r = ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			continue
		}
		if n++; n > maxText {
			return strings.TrimSpace(b.String()) + "…"
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}
