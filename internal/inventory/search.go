package inventory

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// A Match is a role, or an account without known roles, that a search has found.
type Match struct {
	Account Account
	Role    string // "" for an account without known roles
	score   int
}

// The scores of one word. A lower score is better. The score of a match is the sum of the scores of
// its words, so the order is like that of the menu of `pick`:
//
//	                             name  id or role  e-mail
//	the word is the whole text      0           1       2
//	it is at the start of a word  100         101     102
//	it is inside a word           200         201     202
const (
	startOfWord = 100
	insideWord  = 200
	absent      = 1 << 20
)

// Find returns the roles for which every word is in the account's name, id or e-mail address, or
// in the role's name. Upper and lower case are equal, and so are letters with and without accents. A word of digits and hyphens also matches the
// id without the hyphens. The best matches come first; equal matches are in the order of the list.
func (l List) Find(words []string) []Match {
	folded := make([]string, len(words))
	ids := make([]string, len(words))
	for i, w := range words {
		folded[i] = fold(w)
		ids[i] = idOf(folded[i])
	}
	roles := map[string][]int{} // role names repeat in many accounts
	roleScores := func(name string) []int {
		s, ok := roles[name]
		if !ok {
			plain := withoutAccents(name)
			lower := strings.ToLower(plain)
			s = make([]int, len(words))
			for i, w := range folded {
				s[i] = score(plain, lower, w) + 1
			}
			roles[name] = s
		}
		return s
	}
	var found []Match
	base := make([]int, len(words))
	for _, a := range l.Accounts {
		name, email := withoutAccents(a.Name), withoutAccents(a.Email)
		lowerName, lowerEmail := strings.ToLower(name), strings.ToLower(email)
		for i, w := range folded {
			base[i] = min(score(name, lowerName, w), score(a.ID, a.ID, ids[i])+1, score(email, lowerEmail, w)+2)
		}
		if len(a.Roles) == 0 {
			if total := sum(base, nil); total < absent {
				found = append(found, Match{a, "", total})
			}
		}
		for _, r := range a.Roles {
			if total := sum(base, roleScores(r)); total < absent {
				found = append(found, Match{a, r, total})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b Match) int { return cmp.Compare(a.score, b.score) })
	return found
}

// fold returns text in lower case and without accents.
func fold(text string) string { return strings.ToLower(withoutAccents(text)) }

// withoutAccents removes the accents of letters: "Zürich" becomes "Zurich". It keeps the marks of
// scripts in which a mark makes another letter, such as Japanese.
func withoutAccents(text string) string {
	if isASCII(text) {
		return text
	}
	bare := strings.Map(func(r rune) rune {
		if 0x300 <= r && r <= 0x36f { // Combining Diacritical Marks
			return -1
		}
		return r
	}, norm.NFD.String(text))
	return norm.NFC.String(bare)
}

func isASCII(text string) bool {
	for i := range len(text) {
		if text[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// sum returns the sum of the better scores of each word.
func sum(a, b []int) (total int) {
	for i, s := range a {
		if b != nil {
			s = min(s, b[i])
		}
		total += s
	}
	return total
}

// score returns the score of a word in a text. lower is the text in lower case.
func score(text, lower, word string) int {
	at := strings.Index(lower, word)
	switch {
	case at < 0:
		return absent
	case len(lower) == len(word):
		return 0
	}
	if len(lower) != len(text) { // offsets differ: only the lower case is known
		text = lower
	}
	for from := at; ; {
		if startsWord(text, from) {
			return startOfWord
		}
		_, size := utf8.DecodeRuneInString(lower[from:])
		next := strings.Index(lower[from+size:], word)
		if next < 0 {
			return insideWord
		}
		from += size + next
	}
}

// startsWord reports whether a word begins at an offset: at the start, after a character that is
// not a letter or digit, at a digit after a letter, or at a capital letter next to a small letter.
func startsWord(text string, at int) bool {
	if at == 0 {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(text[:at])
	r, size := utf8.DecodeRuneInString(text[at:])
	after, _ := utf8.DecodeRuneInString(text[at+size:])
	switch {
	case !unicode.IsLetter(before) && !unicode.IsDigit(before) && !unicode.IsMark(before):
		return true
	case unicode.IsDigit(r):
		return !unicode.IsDigit(before)
	}
	return unicode.IsUpper(r) && (unicode.IsLower(before) || unicode.IsLower(after))
}
