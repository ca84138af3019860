// This file edits one line of text, shows it on a terminal, and compares it without case.

package picker

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxLine is the longest line in bytes. Linux terminals have the same limit.
const maxLine = 4095

// A line is text that is being edited. The cursor is between two grapheme clusters, which
// users see as characters.
type line struct {
	text string
	cur  int // the bytes before the cursor
}

// edit handles a key and reports whether the line or the cursor has changed.
func (l *line) edit(k key) bool {
	before := *l
	switch k.kind {
	case keyText, keyPaste:
		l.insert(typable(k.text))
	case keyHome:
		l.cur = 0
	case keyEnd:
		l.cur = len(l.text)
	case keyLeft:
		l.cur = l.left()
	case keyRight:
		l.cur = l.right()
	case keyWordLeft:
		l.cur = wordStart(l.text, l.cur)
	case keyWordRight:
		l.cur = wordEnd(l.text, l.cur)
	case keyBackspace:
		l.remove(l.left(), l.cur)
	case keyDelete, keyDeleteOrEOF:
		l.remove(l.cur, l.right())
	case keyKillWordBefore:
		head := strings.TrimRightFunc(l.text[:l.cur], unicode.IsSpace)
		l.remove(strings.LastIndexFunc(head, unicode.IsSpace)+1, l.cur)
	case keyKillWordAfter:
		l.remove(l.cur, wordEnd(l.text, l.cur))
	case keyKillBefore:
		l.remove(0, l.cur)
	case keyKillAfter:
		l.remove(l.cur, len(l.text))
	}
	return *l != before
}

// set replaces the text and moves the cursor to its end.
func (l *line) set(text string) { l.text, l.cur = text, len(text) }

// insert inserts s before the cursor. It cuts s if the line would be longer than maxLine.
func (l *line) insert(s string) {
	if room := maxLine - len(l.text); len(s) > room {
		for room > 0 && !utf8.RuneStart(s[room]) {
			room--
		}
		s = s[:room]
	}
	l.text = l.text[:l.cur] + s + l.text[l.cur:]
	l.cur += len(s)
	l.settle()
}

func (l *line) remove(from, to int) {
	if from >= to {
		return
	}
	l.text = l.text[:from] + l.text[to:]
	l.cur = from
	l.settle()
}

// settle moves the cursor to the end of the character that contains it. An edit can join two
// characters, and the cursor may then be inside the new character.
func (l *line) settle() {
	_, l.cur = around(l.text, l.cur)
}

func (l *line) left() int {
	before, _ := around(l.text, l.cur)
	return before
}

func (l *line) right() int {
	if l.cur == len(l.text) {
		return l.cur
	}
	_, after := around(l.text, l.cur+1)
	return after
}

// around returns the start and the end of the character that contains the byte before
// offset.
func around(s string, offset int) (start, end int) {
	state, rest := -1, s
	for end < offset {
		var char string
		char, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		start, end = end, end+len(char)
	}
	return start, end
}

// inWord reports whether r is part of a word: a letter, a digit or a combining mark.
func inWord(r rune) bool {
	return unicode.In(r, unicode.Letter, unicode.Digit, unicode.Mark)
}

// wordStart returns the start of the word before the offset.
func wordStart(s string, offset int) int {
	head := strings.TrimRightFunc(s[:offset], func(r rune) bool { return !inWord(r) })
	head = strings.TrimRightFunc(head, inWord)
	_, at := around(s, len(head))
	return at
}

// wordEnd returns the end of the word after the offset.
func wordEnd(s string, offset int) int {
	rest := strings.TrimLeftFunc(s[offset:], func(r rune) bool { return !inWord(r) })
	rest = strings.TrimLeftFunc(rest, inWord)
	_, at := around(s, len(s)-len(rest))
	return at
}

// view returns the part of the line around the cursor that fits in cols columns. col is the
// column of the cursor in that part, and is less than cols. The marks "<" and ">" show hidden
// text on the left and right. The view moves by half its width, so that it does not move with
// every key.
func (l *line) view(cols int) (shown string, col int) {
	before, text := width(visible(l.text[:l.cur])), visible(l.text)
	if cols < 4 {
		return "", 0
	}
	if width(text) < cols {
		return text, before
	}
	start := 0
	if last := cols - 3; before > last { // keep room for both marks, and for the cursor after the text
		half := max(cols/2, 1)
		start = (before - last + half - 1) / half * half
	}
	mark := ""
	if start > 0 {
		rest := tail(text, width(text)-start-1)
		start = width(text) - width(rest)
		text, mark = rest, "<"
	}
	col = before - start + len(mark)
	if len(mark)+width(text) >= cols {
		text = head(text, cols-2-len(mark)) + ">"
	}
	return mark + text, min(max(col, 0), cols-1)
}

// visible replaces some characters by question marks: control characters, line separators,
// and invisible format characters. Some of them control the terminal or the direction of
// text. visible keeps the joiners in emoji.
func visible(s string) string {
	if ascii(s) {
		return s
	}
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

// visibleLines does the same as visible, but keeps line feeds.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// typable returns the first line of s that is not empty, for a paste or a typed line. It
// replaces tabs by spaces, and removes other control characters.
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

// width returns the number of columns that s takes. Terminals differ for some emoji.
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

// head returns the longest beginning of s that fits in cols columns.
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

// tail returns the longest end of s that fits in cols columns.
func tail(s string, cols int) string {
	over, state := width(s)-cols, -1
	for over > 0 && s != "" {
		var w int
		_, s, w, state = uniseg.FirstGraphemeClusterInString(s, state)
		over -= w
	}
	return s
}

// fit cuts s to cols columns. An ellipsis replaces the rest.
func fit(s string, cols int) string {
	if width(s) <= cols {
		return s
	}
	if cols < 2 {
		return head(s, max(cols, 0))
	}
	return head(s, cols-1) + ellipsis
}

// flow returns the position of the cursor after s. The terminal wraps lines at cols columns,
// and s begins at the left edge. row is the number of rows below the first. col is cols if s
// fills the last row.
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

// fold returns the same text for all texts that differ only in case. It uses Unicode's simple
// case folding, with two rules of the full case folding. A sharp s becomes "ss", and a
// Turkish capital I with a dot becomes "i".
func fold(s string) string {
	if folded(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range s {
		foldTo(&b, r)
	}
	return b.String()
}

// foldOffsets returns the result of fold. It also returns, for each byte of the result, the
// offset of its character in s. offsets is nil if all offsets are equal in s and in the
// result.
func foldOffsets(s string) (result string, offsets []int) {
	if ascii(s) {
		return fold(s), nil
	}
	var b strings.Builder
	for i, r := range s {
		foldTo(&b, r)
		for len(offsets) < b.Len() {
			offsets = append(offsets, i)
		}
	}
	return b.String(), offsets
}

// folded reports whether s is ASCII without capital letters, which fold does not change.
func folded(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf || 'A' <= s[i] && s[i] <= 'Z' {
			return false
		}
	}
	return true
}

// foldTo writes one folded character.
func foldTo(b *strings.Builder, r rune) {
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

// foldRune returns the same character for all characters that differ from r only in case.
// That is the lower-case ASCII letter, or else the first character by code point.
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
