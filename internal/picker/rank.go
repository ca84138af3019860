// This file finds the items of a menu that match the typed text, and orders them.

package picker

import (
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
	items []Item
	texts *haystack // nil before the first search

	words []word // the words of the last search
	last  []int  // the items that matched these words, in the order of items
}

func newRanking(items []Item) *ranking { return &ranking{items: items} }

// Rank returns the indexes of the items that match the words, in the order of a menu in which the
// user has typed the words. Blank words match every item.
func Rank(items []Item, words string) []int { return newRanking(items).rank(words) }

// prepare does the work that the first search needs, if it is not done yet.
func (r *ranking) prepare() {
	if r.texts == nil {
		r.texts = newHaystack(r.items)
	}
}

// rank returns the indexes of the items that match the text. The best item is first. A blank
// text matches every item.
//
// If the text only adds characters or words to the last text, rank searches only the items
// that matched the last text.
func (r *ranking) rank(text string) []int {
	words := typedWords(text)
	if len(words) == 0 {
		r.words, r.last = nil, nil
		return upTo(len(r.items))
	}
	r.prepare()
	candidates := r.last
	if r.words == nil || !narrows(words, r.words) {
		candidates = upTo(len(r.items))
	}
	matches, scores := candidates[:0], make([]score, 0, len(candidates)) // matches overwrites candidates
	for _, i := range candidates {
		if total, ok := r.texts.score(i, words); ok {
			matches, scores = append(matches, i), append(scores, total)
		}
	}
	r.words, r.last = words, matches
	return byScore(matches, scores, score(len(words))*absent)
}

// upTo returns the numbers from 0 to n-1.
func upTo(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// byScore returns the items in the order of their scores, which are at most limit. Items with
// the same score keep their order. It counts the items of each score, because that is faster
// than a comparison of scores.
func byScore(items []int, scores []score, limit score) []int {
	next := make([]int, limit+2) // for each score the place of its next item
	for _, s := range scores {
		next[s+1]++
	}
	for s := range limit {
		next[s+1] += next[s]
	}
	sorted := make([]int, len(items))
	for k, s := range scores {
		sorted[next[s]] = items[k]
		next[s]++
	}
	return sorted
}

// narrows reports whether every item that matches the words also matches all words in before.
func narrows(words, before []word) bool {
	for _, old := range before {
		if !slices.ContainsFunc(words, func(w word) bool { return w.narrows(old) }) {
			return false
		}
	}
	return true
}

// narrows reports whether every item that matches w also matches old. The characters of w can be
// scattered, so w must begin with old. The characters of a number cannot be scattered.
func (w word) narrows(old word) bool {
	switch {
	case w.number:
		return strings.Contains(w.text, old.text) && strings.Contains(w.id, old.id)
	case old.number:
		return false
	}
	return strings.HasPrefix(w.text, old.text)
}

// A word is one of the words that the user has typed.
type word struct {
	text   string // folded
	id     string // the form to search for in an ID: "1111-2222" becomes "11112222"
	number bool   // the word is a number, with or without hyphens

	textSet, idSet set // the characters of text and id
}

func typedWords(text string) []word {
	var words []word
	for _, s := range strings.Fields(fold(text)) {
		w := word{text: s, id: s}
		if bare := strings.ReplaceAll(s, "-", ""); bare != "" && strings.Trim(bare, "0123456789") == "" {
			w.id, w.number = bare, true
		}
		w.textSet, w.idSet = setOf(w.text), setOf(w.id)
		words = append(words, w)
	}
	return words
}

// An entry holds the searchable name, ID and detail of an item.
type entry [3]field

// entry returns the entry of an item, for its row.
func (r *ranking) entry(i int) *entry {
	item := r.items[i]
	return &entry{newField(item.Name), newField(item.ID), newField(item.Detail)}
}

const (
	nameField = iota
	idField
	detailField
)

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
