package picker

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
	"testing"
)

// slowly ranks the items without a haystack. It finds the same as ranking.rank.
func slowly(items []Item, text string) []int {
	r, words := newRanking(items), typedWords(text)
	var found []int
	scores := make([]score, len(items))
	for i := range items {
		total, ok := r.entry(i).score(words)
		if ok {
			found, scores[i] = append(found, i), total
		}
	}
	slices.SortStableFunc(found, func(a, b int) int { return cmp.Compare(scores[a], scores[b]) })
	return found
}

// Each key narrows the last result or starts a new search. Both find what a slow search of all
// items finds.
func TestKeysNarrowTheSearch(t *testing.T) {
	list := append(many(300),
		Item{Name: "x1y2"}, Item{Name: "1x 2"}, Item{Name: "a-b-1", ID: "000000000012"}, Item{Name: "-"}, Item{Name: "Straße", Detail: "ß"},
		Item{Name: "1x2a"}, Item{ID: "111122223333"}, Item{Name: "ta m"}, // match the longer text, but not its parts
		Item{Name: "日本 AWSProd", ID: "1-2"}, Item{Name: "e\u0301A", Detail: "x12a"}, Item{ID: "--"}, Item{},
	)
	for _, typed := range []string{
		"1-2", "-1", "tam", "--", "12a", "1a", "a1", "x1y", "team 1", "team  prod 11", "strass", "日本 p", "t9 d", "prod tm", "owner-12@", "é", "e\u0301", "0000 0000 0012",
	} {
		r := newRanking(list)
		for end := range typed {
			check := func(text string) {
				t.Helper()
				if got, want := r.rank(text), slowly(list, text); !slices.Equal(got, want) {
					t.Errorf("%q, then %q: found %v, want %v", typed[:end], text, got, want)
				}
			}
			check(typed[:end])
			check(typed[end:]) // mostly a new search
			check(typed)
			check(typed[:end])
			check(typed)
		}
	}
}

// FuzzSearch types a text in two pieces. The ranking must find the same as a slow search.
func FuzzSearch(f *testing.F) {
	f.Add("payments-prod\n111122223333\npay@example.com\nprod\n444455556666\n", "1-1", "1 p")
	f.Add("Straße\n1\ncafe\u0301\n日本語\n2\n👩\u200d👩\u200d👧", "s", "s CAFE\u0301 本")
	f.Add("İstanbul\n\x1b[31m\n\u202e\n1x2\n1-2\nA1bC", "1", "2a")
	f.Fuzz(func(t *testing.T, texts, first, second string) {
		if len(texts)+len(first)+len(second) > 400 {
			return // nothing new, only slower
		}
		var list []Item
		for fields := range slices.Chunk(strings.Split(texts, "\n"), 3) {
			fields = append(fields, "", "")
			list = append(list, Item{fields[0], fields[1], fields[2]})
		}
		r := newRanking(list)
		for _, typed := range []string{typable(first), typable(first + second)} {
			if got, want := r.rank(typed), slowly(list, typed); !slices.Equal(got, want) {
				t.Fatalf("%q finds %v, want %v", typed, got, want)
			}
		}
	})
}

// BenchmarkKey measures one key in a menu of 100,000 items, with the drawing. "read" reads all
// texts once, for comparison.
func BenchmarkKey(b *testing.B) {
	list := many(100_000)
	b.Run("read", func(b *testing.B) {
		text := newHaystack(list).text
		for b.Loop() {
			if bytes.Count(text, []byte("\x00")) != 0 {
				b.Fatal("a NUL in the texts")
			}
		}
	})
	for _, typed := range []string{"7", "t", "team", "prod 77", "owner-99", "tmdv"} {
		for _, kind := range []string{"all", "narrowed"} {
			b.Run(kind+" "+typed, func(b *testing.B) {
				ch := newChooser(&Console{}, Menu{Items: list}, false)
				ch.cols = 80
				for b.Loop() {
					if kind == "all" {
						ch.ranking.words = nil
					} else {
						b.StopTimer()
						ch.ranking.rank(typed[:len(typed)-1])
						b.StartTimer()
					}
					ch.press(key{kind: keyPaste, text: typed})
					ch.block.draw(ch.picture(), 0)
					ch.typed.set("")
				}
			})
		}
	}
}

// BenchmarkOpen measures the work before a menu of 100,000 items appears, and before its first
// search.
func BenchmarkOpen(b *testing.B) {
	list := many(100_000)
	b.Run("first screen", func(b *testing.B) {
		for b.Loop() {
			ch := newChooser(&Console{}, Menu{Items: list}, false)
			ch.cols = 80
			ch.block.draw(ch.picture(), 0)
		}
	})
	b.Run("haystack", func(b *testing.B) {
		for b.Loop() {
			newHaystack(list)
		}
	})
}
