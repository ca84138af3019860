package picker

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

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

// A filter finds items by words.
type filter struct {
	folded []string // what is searched, for each item
}

func newFilter(items []Item) *filter {
	f := &filter{folded: make([]string, len(items))}
	for i, item := range items {
		if item.Search == "" {
			item.Search = item.Label
		}
		f.folded[i] = fold(item.Search)
	}
	return f
}

// match returns the items in which all of the words occur, in their order.
func (f *filter) match(text string) []int {
	words := strings.Fields(fold(text))
	found := make([]int, 0, len(f.folded))
next:
	for i, s := range f.folded {
		for _, w := range words {
			if !strings.Contains(s, w) {
				continue next
			}
		}
		found = append(found, i)
	}
	return found
}
