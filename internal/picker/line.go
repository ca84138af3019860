package picker

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxLine is how many bytes a line can have: as many as a terminal delivers when
// it edits lines itself.
const maxLine = 4095

// A line is text that is being edited. The cursor stands between characters as
// people see them, never inside one.
type line struct {
	text string
	cur  int // the bytes before the cursor
}

// edit does what the key does to a line, and reports whether that is anything.
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

// set replaces the text. The cursor goes to its end.
func (l *line) set(text string) { l.text, l.cur = text, len(text) }

// insert puts s before the cursor, as much of it as the line has room for.
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

// settle moves the cursor behind the character that it stands in: what was apart
// before a change can be one character after it.
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

// around returns where the character ends that has offset at its end or inside it,
// and where it begins.
func around(s string, offset int) (start, end int) {
	state, rest := -1, s
	for end < offset {
		var char string
		char, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		start, end = end, end+len(char)
	}
	return start, end
}

// A word is made of letters, digits and the marks on them.
func inWord(r rune) bool {
	return unicode.In(r, unicode.Letter, unicode.Digit, unicode.Mark)
}

// wordStart returns where the word before the offset begins.
func wordStart(s string, offset int) int {
	head := strings.TrimRightFunc(s[:offset], func(r rune) bool { return !inWord(r) })
	head = strings.TrimRightFunc(head, inWord)
	_, at := around(s, len(head))
	return at
}

// wordEnd returns where the word behind the offset ends.
func wordEnd(s string, offset int) int {
	rest := strings.TrimLeftFunc(s[offset:], func(r rune) bool { return !inWord(r) })
	rest = strings.TrimLeftFunc(rest, inWord)
	_, at := around(s, len(s)-len(rest))
	return at
}

// view returns the part of the line around the cursor that fits in cols columns,
// and the cursor's column in it, which is less than cols. "<" and ">" stand for
// what is hidden at either side. The part moves by halves, so that it does not
// move with every key.
func (l *line) view(cols int) (shown string, col int) {
	before, text := width(visible(l.text[:l.cur])), visible(l.text)
	if cols < 4 {
		return "", 0
	}
	if width(text) < cols {
		return text, before
	}
	start := 0
	if last := cols - 3; before > last { // room for both marks, and for the cursor behind the text
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
