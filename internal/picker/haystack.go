// This file searches the texts of all items. A menu can have 100,000 items, and a key must be
// answered at once. So the texts are folded only once, and lie in memory in the order in which a
// search reads them.

package picker

import (
	"bytes"
	"unicode/utf8"
)

// A haystack holds the texts of all items for searches.
type haystack struct {
	text   []byte   // the folded fields of all items, without gaps: name, ID and detail of the first item, ...
	ends   []int    // field f of item i ends before the offset ends[3*i+f+1], and begins at ends[3*i+f]
	sets   []set    // for each field its characters
	starts []uint64 // for each byte of text one bit: a word begins here; see [field.startsWord]
}

// A set is a set of bytes. Some different bytes share a bit. A text that lacks a bit of another
// text cannot contain the other text.
type set uint64

// setOf returns the set of the bytes of a folded text.
func setOf(text string) set {
	var s set
	for i := range len(text) {
		s |= setOfByte(text[i])
	}
	return s
}

// setOfByte returns the set of one byte. Small letters, digits and the usual punctuation have
// different bits.
func setOfByte(c byte) set { return 1 << ((c + c>>6*27) & 63) }

// has reports whether a text with the set s may contain a text with the set part.
func (s set) has(part set) bool { return s&part == part }

func newHaystack(items []Item) *haystack {
	size := 0
	for i := range items {
		size += len(items[i].Name) + len(items[i].ID) + len(items[i].Detail)
	}
	h := &haystack{
		text: make([]byte, 0, size), ends: make([]int, 1, 3*len(items)+1), sets: make([]set, 0, 3*len(items)),
		starts: make([]uint64, size/64+1),
	}
	for i := range items {
		h.add(items[i].Name)
		h.add(items[i].ID)
		h.add(items[i].Detail)
	}
	return h
}

// add appends a field.
func (h *haystack) add(text string) {
	from := len(h.text)
	if !ascii(text) {
		f := newField(text)
		h.text = append(h.text, f.folded...)
		h.grow()
		for i := range f.folded {
			if f.startsWord(i) {
				h.start(from + i)
			}
		}
		h.end(setOf(f.folded))
		return
	}
	// The same for ASCII, only faster.
	h.text = append(h.text, text...)
	h.grow()
	folded, chars := h.text[from:], set(0)
	before := other
	for i := range len(text) {
		c := text[i]
		class := classOf(c)
		begins := class != other && before == other || class == digit && before != digit ||
			class == capital && (before == small || i+1 < len(text) && classOf(text[i+1]) == small)
		if class == capital {
			c += 'a' - 'A'
			folded[i] = c
		}
		if begins || i == 0 {
			h.start(from + i)
		}
		chars |= setOfByte(c)
		before = class
	}
	h.end(chars)
}

// grow makes room in starts. Folding can make a text longer.
func (h *haystack) grow() {
	for len(h.starts) < len(h.text)/64+1 {
		h.starts = append(h.starts, 0)
	}
}

func (h *haystack) start(at int) { h.starts[at/64] |= 1 << (at % 64) }

func (h *haystack) startsWord(at int) bool { return h.starts[at/64]&(1<<(at%64)) != 0 }

// end ends a field that has these characters.
func (h *haystack) end(chars set) {
	h.ends, h.sets = append(h.ends, len(h.text)), append(h.sets, chars)
}

// A class is a kind of ASCII characters.
type class uint8

const (
	other class = iota
	digit
	capital
	small
)

func classOf(c byte) class {
	switch {
	case 'a' <= c && c <= 'z':
		return small
	case '0' <= c && c <= '9':
		return digit
	case 'A' <= c && c <= 'Z':
		return capital
	}
	return other
}

// score returns the score of an item: the sum of the scores of the words. ok is false if a word
// does not match.
func (h *haystack) score(item int, words []word) (total score, ok bool) {
	for i := range words {
		points := h.find(item, &words[i])
		if points == absent {
			return 0, false
		}
		total += points
	}
	return total, true
}

// find returns the score of one word for an item.
func (h *haystack) find(item int, w *word) score {
	best := absent
	ends, sets := h.ends[3*item:3*item+4], h.sets[3*item:3*item+3]
	for f := range 3 {
		text, chars := w.text, w.textSet
		if f == idField {
			text, chars = w.id, w.idSet
		}
		if !sets[f].has(chars) {
			continue
		}
		if points := h.findIn(ends[f], ends[f+1], text, best > startOfWord+score(f)); points < absent {
			best = min(best, points+score(f))
		}
	}
	if best == absent && !w.number && sets[nameField].has(w.textSet) && h.scattered(ends[nameField], ends[nameField+1], w.text) {
		return scattered
	}
	return best
}

// findIn searches for the text in the field between two offsets. If parts is false, it only
// compares the text with the whole field, because a match in a part would not be the best match.
func (h *haystack) findIn(from, to int, text string, parts bool) score {
	field := h.text[from:to]
	if len(text) >= len(field) {
		if string(field) == text {
			return whole
		}
		return absent
	}
	if !parts {
		return absent
	}
	points := absent
	for at := 0; ; at++ {
		i := index(field[at:], text)
		if i < 0 {
			return points
		}
		if at += i; h.startsWord(from + at) {
			return startOfWord
		}
		points = insideWord
	}
}

// scattered reports whether the characters of the text are in the field between two offsets, in
// this order, the first at the start of a word.
func (h *haystack) scattered(from, to int, text string) bool {
	_, size := utf8.DecodeRuneInString(text)
	at := from
	for ; ; at += size {
		i := index(h.text[at:to], text[:size])
		if i < 0 {
			return false
		}
		if at += i; h.startsWord(at) {
			break
		}
	}
	for at, text = at+size, text[size:]; text != ""; at, text = at+size, text[size:] {
		_, size = utf8.DecodeRuneInString(text)
		i := index(h.text[at:to], text[:size])
		if i < 0 {
			return false
		}
		at += i
	}
	return true
}

// index does the same as bytes.Index.
func index(b []byte, text string) int {
	first := text[0]
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], first)
		if at += i; i < 0 || at+len(text) > len(b) {
			return -1
		}
		if string(b[at:at+len(text)]) == text {
			return at
		}
	}
}
