package picker

import (
	"unicode/utf8"
)

// Tabs are the presses of the Tab key in a row. The zero value is none.
type tabs struct {
	typed   string   // what was there before the first
	matches []string // nil means none was pressed
	at      int      // the match that is in the line; -1 means what they have in common
}

// complete does what Tab does to the line, or Shift-Tab if back. It reports whether
// that is anything.
func (t *tabs) complete(l *line, suggestions []string, back bool) bool {
	before := l.text
	switch {
	case t.matches == nil:
		*t = tabs{typed: l.text, matches: matching(l.text, suggestions), at: -1}
		if len(t.matches) == 0 {
			*t = tabs{}
			return false
		}
		if common := common(t.matches); len(common) > len(l.text) {
			l.set(common)
			break
		}
		t.turn(back)
		l.set(t.matches[t.at])
	default:
		t.turn(back)
		l.set(t.matches[t.at])
	}
	return l.text != before
}

// turn goes on to the next match.
func (t *tabs) turn(back bool) {
	n := len(t.matches)
	switch {
	case !back:
		t.at = (t.at + 1) % n
	case t.at <= 0:
		t.at = n - 1
	default:
		t.at--
	}
}

// offered returns the suggestions to show.
func (t *tabs) offered(typed string, suggestions []string) []string {
	if len(t.matches) > 1 {
		return t.matches
	}
	if typed == "" {
		return nil
	}
	found := matching(typed, suggestions)
	if len(found) == 1 && found[0] == typed {
		return nil
	}
	return found
}

// matching returns the suggestions that begin with what is typed.
func matching(typed string, suggestions []string) []string {
	var found []string
	want := fold(typed)
	for _, s := range suggestions {
		if len(fold(s)) >= len(want) && fold(s)[:len(want)] == want {
			found = append(found, s)
		}
	}
	return found
}

// common returns what all of the texts begin with.
func common(texts []string) string {
	prefix := texts[0]
	for _, s := range texts[1:] {
		n := 0
		for n < len(prefix) && n < len(s) && prefix[n] == s[n] {
			n++
		}
		prefix = prefix[:n]
	}
	for prefix != "" && !utf8.ValidString(prefix) {
		prefix = prefix[:len(prefix)-1]
	}
	return prefix
}
