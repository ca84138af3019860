// This file finds the items of a menu that match the typed text, and orders them.

package picker

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A score says how well an item matches the typed words. A lower score is better. Every typed
// word must match the item. The score of one word is the lowest score that applies:
//
//	                                            name   ID   detail
//	the word is the whole field                    0    1        2
//	it is at the start of a word of the field    100  101      102
//	it is inside a word                          200  201      202
//	its characters are in the field in this
//	order, the first at the start of a word      300    -        -
//
// Scattered characters match in the name only, because most e-mail addresses contain the
// letters of any short word. Digits are never scattered. The score of an item is the sum of
// the scores of its words. Items with the same score keep their order. For example, "prod"
// ranks these names:
//
//	prod              0
//	prod-eu         100
//	payments-prod   100
//	AWSProdAccess   100
//	reproduction    200
//	payroll-dev     300
type score int

const (
	whole       score = 0
	startOfWord score = 100
	insideWord  score = 200
	scattered   score = 300
	absent      score = 400
)

// A ranking finds and orders the items of a menu.
type ranking struct {
	entries []entry
}

func newRanking(items []Item) *ranking {
	r := &ranking{entries: make([]entry, len(items))}
	for i, item := range items {
		r.entries[i] = entry{newField(item.Name), newField(item.ID), newField(item.Detail)}
	}
	return r
}

// rank returns the indexes of the items that match the text. The best item is first. A blank
// text matches every item.
func (r *ranking) rank(text string) []int {
	type match struct {
		item  int
		score score
	}
	words := typedWords(text)
	matches := make([]match, 0, len(r.entries))
	for i := range r.entries {
		if total, ok := r.entries[i].score(words); ok {
			matches = append(matches, match{i, total})
		}
	}
	slices.SortStableFunc(matches, func(a, b match) int { return cmp.Compare(a.score, b.score) })
	found := make([]int, len(matches))
	for i, m := range matches {
		found[i] = m.item
	}
	return found
}

// A word is one of the words that the user has typed.
type word struct {
	text   string // folded
	id     string // the form to search for in an ID: "1111-2222" becomes "11112222"
	number bool   // the word is a number, with or without hyphens
}

func typedWords(text string) []word {
	var words []word
	for _, s := range strings.Fields(fold(text)) {
		w := word{text: s, id: s}
		if bare := strings.ReplaceAll(s, "-", ""); bare != "" && strings.Trim(bare, "0123456789") == "" {
			w.id, w.number = bare, true
		}
		words = append(words, w)
	}
	return words
}

// An entry holds the searchable name, ID and detail of an item.
type entry [3]field

const (
	nameField = iota
	idField
	detailField
)

// score returns the sum of the words' scores. ok is false if a word is not found.
func (e *entry) score(words []word) (total score, ok bool) {
	for _, w := range words {
		best := e.find(w)
		if best.score == absent {
			return 0, false
		}
		total += best.score + score(best.field)
	}
	return total, true
}

// A hit is the best match of a word in an entry.
type hit struct {
	score score
	field int
	at    int // its offset in the folded text of the field
}

// find returns the best match of the word. The score of the hit is absent if the word does
// not match.
func (e *entry) find(w word) hit {
	best := hit{score: absent}
	for i := range e {
		text := w.text
		if i == idField {
			text = w.id
		}
		if found, at := e[i].find(text); found < best.score {
			best = hit{found, i, at}
		}
	}
	if best.score == absent && !w.number {
		if at := e[nameField].findScattered(w.text); at >= 0 {
			best = hit{scattered, nameField, at}
		}
	}
	return best
}

// marks returns the characters that the words match. For each field it has the offsets in the
// field's text, in ascending order and without duplicates.
func (e *entry) marks(words []word) (marks [3][]int) {
	for _, w := range words {
		best := e.find(w)
		if best.score == absent {
			continue
		}
		f, text := &e[best.field], w.text
		if best.field == idField {
			text = w.id
		}
		at := best.at
		for _, r := range text {
			if best.score == scattered {
				at += strings.IndexRune(f.folded[at:], r)
			}
			marks[best.field] = append(marks[best.field], f.offset(at))
			at += utf8.RuneLen(r)
		}
	}
	for i := range marks {
		slices.Sort(marks[i])
		marks[i] = slices.Compact(marks[i]) // words can match the same characters
	}
	return marks
}

// A field is one text of an item.
type field struct {
	text   string // the text that the menu shows
	folded string // the text that is searched: see fold
	at     []int  // maps each offset in folded to the offset in text; nil if the offsets are equal
}

func newField(s string) field {
	f := field{text: visible(s)}
	f.folded, f.at = foldOffsets(f.text)
	return f
}

// offset converts an offset in folded to the offset of the same character in text.
func (f *field) offset(i int) int {
	if f.at == nil {
		return i
	}
	return f.at[i]
}

// find searches for the text as a whole. It returns the score and the offset of the first match at
// the start of a word, or else of the first match.
func (f *field) find(text string) (points score, offset int) {
	if text == f.folded {
		return whole, 0
	}
	points, offset = absent, -1
	for from := 0; ; {
		i := strings.Index(f.folded[from:], text)
		if i < 0 {
			return points, offset
		}
		i += from
		if f.startsWord(i) {
			return startOfWord, i
		}
		if points == absent {
			points, offset = insideWord, i
		}
		_, size := utf8.DecodeRuneInString(f.folded[i:])
		from = i + size
	}
}

// findScattered searches for the characters of the text, in this order. The first character
// must be at the start of a word. It returns the offset of the first character, or -1.
func (f *field) findScattered(text string) int {
	first, size := utf8.DecodeRuneInString(text)
	start := 0
	for {
		i := strings.IndexRune(f.folded[start:], first)
		if i < 0 {
			return -1
		}
		start += i
		if f.startsWord(start) {
			break
		}
		start += size
	}
	// If the other characters are not after this place, they are not after a later place either.
	at := start + size
	for _, r := range text[size:] {
		i := strings.IndexRune(f.folded[at:], r)
		if i < 0 {
			return -1
		}
		at += i + utf8.RuneLen(r)
	}
	return start
}

// startsWord reports whether a word begins at the offset i in folded. A word begins at the
// start of the field, and after a character that is not a letter, digit or mark. It also
// begins at a digit after a letter, and at a capital letter next to a small letter. Examples:
// AWS|Read|Only|Access and eu-|west-|1.
func (f *field) startsWord(i int) bool {
	at := f.offset(i)
	if at == 0 {
		return i == 0
	}
	if f.at != nil && f.at[i-1] == at {
		return false // the second s of a sharp s
	}
	before, _ := utf8.DecodeLastRuneInString(strings.TrimRightFunc(f.text[:at], unicode.IsMark))
	r, size := utf8.DecodeRuneInString(f.text[at:])
	after, _ := utf8.DecodeRuneInString(f.text[at+size:])
	switch {
	case !inWord(r):
		return false
	case !inWord(before):
		return true
	case unicode.IsDigit(r):
		return !unicode.IsDigit(before)
	case unicode.IsUpper(r):
		return unicode.IsLower(before) || unicode.IsLower(after)
	}
	return false
}
