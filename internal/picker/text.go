// How text looks on a terminal, and how it is compared without regard to case.

package picker

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// visible returns s with a question mark for every character that would not be
// seen or would do something to the terminal: controls, line separators, and
// format characters such as those that turn the direction of writing. The joiners
// that make one emoji of several stay.
func visible(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == 0x200c || r == 0x200d:
			return r
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co):
			return '?'
		}
		return r
	}, strings.ToValidUTF8(s, "?"))
}

// visibleLines is visible, except that line feeds stay.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// typable returns what a paste or a typed line adds to a line: its first line that
// is not blank, a space for a tab, nothing for other controls.
func typable(s string) string {
	s = strings.TrimLeft(s, "\r\n")
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = s[:i]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// width is the number of columns that s takes. Terminals differ about some emoji.
func width(s string) int {
	if ascii(s) {
		return len(s)
	}
	return uniseg.StringWidth(s)
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] < 0x20 || s[i] > 0x7e {
			return false
		}
	}
	return true
}

// head returns as many characters from the beginning of s as fit in cols columns.
func head(s string, cols int) string {
	end, used, state := 0, 0, -1
	for rest := s; rest != ""; {
		var char string
		var w int
		char, rest, w, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += w; used > cols {
			break
		}
		end += len(char)
	}
	return s[:end]
}

// tail returns as many characters from the end of s as fit in cols columns.
func tail(s string, cols int) string {
	over, state := width(s)-cols, -1
	for over > 0 && s != "" {
		var w int
		_, s, w, state = uniseg.FirstGraphemeClusterInString(s, state)
		over -= w
	}
	return s
}

// fit cuts s to cols columns; three dots say that something was cut.
func fit(s string, cols int) string {
	if width(s) <= cols {
		return s
	}
	if cols <= len("...") {
		return head(s, max(cols, 0))
	}
	return head(s, cols-len("...")) + "..."
}

// flow returns how many rows below its first one s ends, and in which column, if
// it is written from the left edge of a terminal that is cols columns wide and
// breaks lines by itself. The column is cols if s fills its last row.
func flow(s string, cols int) (row, col int) {
	state := -1
	for s != "" {
		var w int
		_, s, w, state = uniseg.FirstGraphemeClusterInString(s, state)
		if w = min(w, cols); col+w > cols {
			row, col = row+1, 0
		}
		col += w
	}
	return row, col
}

// fold returns s in the form in which texts that differ in case only are equal:
// Unicode's simple case folding, and of the full one what people type, "ss" for
// a sharp s and "i" for a Turkish capital I with its dot.
func fold(s string) string {
	i := 0
	for i < len(s) && s[i] < utf8.RuneSelf && (s[i] < 'A' || s[i] > 'Z') {
		i++
	}
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:i])
	for _, r := range s[i:] {
		switch {
		case 'A' <= r && r <= 'Z':
			b.WriteByte(byte(r) + 'a' - 'A')
		case r < utf8.RuneSelf:
			b.WriteByte(byte(r))
		case r == 'ß' || r == 'ẞ':
			b.WriteString("ss")
		case r == 'İ':
			b.WriteByte('i')
		default:
			b.WriteRune(foldRune(r))
		}
	}
	return b.String()
}

// foldRune returns the one character that stands for all that differ from r in
// case only: the ASCII letter in lower case if there is one, else the first.
func foldRune(r rune) rune {
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if 'A' <= least && least <= 'Z' {
		least += 'a' - 'A'
	}
	return least
}
