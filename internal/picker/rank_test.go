package picker

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

func TestRank(t *testing.T) {
	tests := []struct {
		name  string
		typed string
		items []Item   // in an order that the ranking must change
		want  []string // the names; the best name is first
	}{
		{"nothing typed", " ", items("b", "a"), []string{"b", "a"}},
		{
			"kinds of matches", "prod", items("payroll-dev", "reproduction", "AWSProdAccess", "payments-prod", "prod-eu", "staging", "prod"),
			[]string{"prod", "AWSProdAccess", "payments-prod", "prod-eu", "reproduction", "payroll-dev"},
		},
		{"fields", "prod", []Item{
			{Name: "by detail", Detail: "prod@example.com"},
			{Name: "by ID", ID: "prod"},
			{Name: "prod"},
			{Name: "by start of the detail", Detail: "prod.x@example.com"},
			{Name: "by start of the ID", ID: "prod-1"},
			{Name: "a prod"},
			{Name: "inside the detail", Detail: "xprod@example.com"},
			{Name: "inside the ID", ID: "xprod"},
			{Name: "xprod"},
		}, []string{
			"prod", "by ID", "a prod", "by start of the ID", "by detail", "by start of the detail",
			"xprod", "inside the ID", "inside the detail",
		}},
		{"every word is needed", "prod eu", items("prod", "eu", "prod-eu", "eu-prod"), []string{"prod-eu", "eu-prod"}},
		{"words in several fields", "prod 4444", []Item{
			{Name: "prod", ID: "111122223333"}, {Name: "xprod", ID: "444455556666"}, {Name: "prod", ID: "444455556667", Detail: "second"},
		}, []string{"prod", "xprod"}},
		{"digits of an account number", "4444", []Item{
			{Name: "inside", ID: "111144442222"}, {Name: "scattered", ID: "414243444142"}, {Name: "start", ID: "444455556666"}, {Name: "name 4444", ID: "111122223333"},
		}, []string{"name 4444", "start", "inside"}},
		{"a whole account number", "444455556666", []Item{
			{Name: "444455556666 old", ID: "111122223333"}, {Name: "it", ID: "444455556666"},
		}, []string{"it", "444455556666 old"}},
		{"an account number with hyphens", "4444-5555-6666", []Item{{Name: "other", ID: "444455556667"}, {Name: "it", ID: "444455556666"}}, []string{"it"}},
		{"an account number in groups", "4444 5555 6666", []Item{{Name: "other", ID: "444455557777"}, {Name: "it", ID: "444455556666"}}, []string{"it"}},
		{"digits are not scattered", "123", items("team-1 x2 y3", "team-123"), []string{"team-123"}},
		{"scattered in the name only", "ptm", []Item{{Name: "x", Detail: "p.t.m@example.com"}, {Name: "payments-team"}}, []string{"payments-team"}},
		{"scattered from the start of a word", "ay", items("pay-y", "a-y"), []string{"pay-y", "a-y"}},
		{"scattered not from the inside of a word", "oe", items("prone", "one"), []string{"one"}},
		{"words of a role name", "access", items("inaccessible", "ReadOnlyAccess", "Access"), []string{"Access", "ReadOnlyAccess", "inaccessible"}},
		{"after an abbreviation", "read", items("thread", "AWSReadOnly"), []string{"AWSReadOnly", "thread"}},
		{"a number at the end", "2", items("12", "a12", "team2"), []string{"team2", "12", "a12"}},
		{"any case", "ProD", items("x-PROD", "prOd"), []string{"prOd", "x-PROD"}},
		{"a sharp s", "strasse", items("x", "Straße 1", "STRASSE"), []string{"STRASSE", "Straße 1"}},
		{"Greek", "μάϊος", items("ΜΆΪΟΣ 2", "μάϊοσ"), []string{"μάϊοσ", "ΜΆΪΟΣ 2"}},
		{"a Turkish i", "istanbul", items("an İstanbul", "İstanbul"), []string{"İstanbul", "an İstanbul"}},
		{"accents", "É", items("caf\u00e9", "\u00e9tat"), []string{"\u00e9tat", "caf\u00e9"}},
		{"a letter before its combining mark", "cafe", items("x cafe\u0301", "decafe\u0301"), []string{"x cafe\u0301", "decafe\u0301"}},
		{"Japanese", "本番", items("日本番号", "本番環境", "日本", "本番"), []string{"本番", "本番環境", "日本番号"}},
		{"a control character", "a?b", items("a\x1bb"), []string{"a\x1bb"}},
		{"nothing", "zzz", items("a", "b"), nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var got []string
			for _, i := range newRanking(tt.items).rank(tt.typed) {
				got = append(got, tt.items[i].Name)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q ranks %q, want %q", tt.typed, got, tt.want)
			}
		})
	}
}

func TestEqualScoresKeepTheOrder(t *testing.T) {
	list := many(10_000)
	r := newRanking(list)
	for _, typed := range []string{"", "dev", "team dev", "owner", "1000000"} {
		found := r.rank(typed)
		if len(found) == 0 {
			t.Errorf("%q finds nothing", typed)
		}
		words := typedWords(typed)
		for k := 1; k < len(found); k++ {
			before, _ := r.entry(found[k-1]).score(words)
			after, _ := r.entry(found[k]).score(words)
			if before > after || before == after && found[k-1] > found[k] {
				t.Fatalf("%q: item %d (score %d) is before item %d (score %d)", typed, found[k-1], before, found[k], after)
			}
		}
	}
}

// highlighted returns the pieces as text, with brackets around the pieces that match.
func highlighted(list []piece) string {
	var b strings.Builder
	for _, p := range list {
		if p.match {
			b.WriteString("[" + p.text + "]")
		} else {
			b.WriteString(p.text)
		}
	}
	return b.String()
}

func TestRow(t *testing.T) {
	account := Item{Name: "payments-production", ID: "111122223333", Detail: "payments@example.com"}
	tests := []struct {
		name  string
		item  Item
		cols  int
		typed string
		want  string
	}{
		{"everything", account, 80, "", "payments-production, payments@example.com (111122223333)"},
		{"the detail is shortened first", account, 50, "", "payments-production, payments@exam… (111122223333)"},
		{"then it is left out", account, 43, "", "payments-production (111122223333)"},
		{"then the name is shortened", account, 33, "", "payments-producti… (111122223333)"},
		{"the number stays", account, 17, "", "p… (111122223333)"},
		{"the number alone", account, 16, "", "111122223333"},
		{"too narrow for the number", account, 8, "", "1111222…"},
		{"a match in the name", account, 80, "prod", "payments-[prod]uction, payments@example.com (111122223333)"},
		{"a match in the number", account, 33, "2222", "payments-producti… (1111[2222]3333)"},
		{"a number with hyphens", account, 33, "1111-22", "payments-producti… ([111122]223333)"},
		{"a match in the detail", account, 80, "pay @ex", "[pay]ments-production, payments[@ex]ample.com (111122223333)"},
		{"scattered", account, 80, "ppd", "[p]ayments-[p]ro[d]uction, payments@example.com (111122223333)"},
		{"two words that overlap", account, 80, "prod rod", "payments-[prod]uction, payments@example.com (111122223333)"},
		{"a match that is cut off", account, 30, "duction", "payments-pro[du]… (111122223333)"},
		{"without a name", Item{ID: "111122223333", Detail: "a@example.com"}, 80, "exa", "a@[exa]mple.com (111122223333)"},
		{"an ID only", Item{ID: "111122223333"}, 80, "3333", "11112222[3333]"},
		{"a name only", Item{Name: "ReadOnlyAccess"}, 10, "read", "[Read]OnlyA…"},
		{"no ID", Item{Name: "corp", Detail: "https://corp.awsapps.com/start"}, 20, "corp", "[corp], https://corp.…"},
		{"nothing", Item{}, 20, "", ""},
		{"wide characters", Item{Name: "日本語のアカウント", ID: "111122223333"}, 26, "本", "日[本]語のア… (111122223333)"},
		{"a combining mark", Item{Name: "cafe\u0301 au lait"}, 20, "cafe", "[cafe\u0301] au lait"},
		{"a part of a sharp s", Item{Name: "Straße"}, 20, "stras", "[Straß]e"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			row := newRanking([]Item{tt.item}).entry(0).row(tt.cols, typedWords(tt.typed))
			if got := highlighted(row); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
			if columns(row) > tt.cols {
				t.Errorf("%d columns in %d, want a row that fits", columns(row), tt.cols)
			}
		})
	}
}

// FuzzRank checks any list with any typed text. The ranking must have each matching item
// once, and no other item. The rows must fit. The highlighted characters must be the
// characters of the typed words.
func FuzzRank(f *testing.F) {
	f.Add("payments-prod\n111122223333\npay@example.com\nprod\n444455556666\n", "prod 44", 30)
	f.Add("Straße\n1\ncafe\u0301\n日本語\n2\n👩\u200d👩\u200d👧", "ss CAFE\u0301 本", 12)
	f.Add("İstanbul\n\x1b[31m\n\u202e", "i\u0307 ? 1-1-", 5)
	f.Add("aAaAaA\n\naaaa", "aa a", 80)
	f.Fuzz(func(t *testing.T, texts, typed string, cols int) {
		if len(texts)+len(typed) > 400 {
			return // nothing new, only slower
		}
		typed, cols = typable(typed), min(max(cols, 0), 200)
		var list []Item
		for fields := range slices.Chunk(strings.Split(texts, "\n"), 3) {
			fields = append(fields, "", "")
			list = append(list, Item{fields[0], fields[1], fields[2]})
		}
		r, words := newRanking(list), typedWords(typed)
		found := r.rank(typed)
		seen := map[int]bool{}
		for _, i := range found {
			if i < 0 || i >= len(list) || seen[i] {
				t.Fatalf("%q ranks %v of %d items, want each item at most once", typed, found, len(list))
			}
			seen[i] = true
		}
		for i := range r.items {
			e := r.entry(i)
			row := e.row(cols, words)
			if columns(row) > cols {
				t.Fatalf("%q has %d columns, more than %d", highlighted(row), columns(row), cols)
			}
			if want := matchesAll(e, words); want != seen[i] {
				t.Fatalf("%q finds %v: %v, want %v", typed, e, seen[i], want)
			}
			if seen[i] {
				checkHighlight(t, e, words)
			}
		}
	})
}

// score returns the sum of the words' scores. ok is false if a word is not found. It is slower and
// simpler than haystack.score.
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

// matchesAll reports whether the entry matches all words. It is slower and simpler than the
// ranking.
func matchesAll(e *entry, words []word) bool {
	for _, w := range words {
		found := strings.Contains(fold(e[nameField].text), w.text) ||
			strings.Contains(fold(e[idField].text), w.id) || strings.Contains(fold(e[detailField].text), w.text)
		name := &e[nameField]
		for i := range name.folded {
			found = found || !w.number && name.startsWord(i) && strings.HasPrefix(name.folded[i:], firstRune(w.text)) && inOrder(w.text, name.folded[i:])
		}
		if !found {
			return false
		}
	}
	return true
}

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

// inOrder reports whether the characters of the word are in the text in their order.
func inOrder(word, text string) bool {
	for _, r := range word {
		i := strings.IndexRune(text, r)
		if i < 0 {
			return false
		}
		text = text[i+utf8.RuneLen(r):]
	}
	return true
}

// checkHighlight checks that each word is highlighted in one field. Every highlighted
// character must belong to a word, or be joined with a character of a word.
func checkHighlight(t *testing.T, e *entry, words []word) {
	t.Helper()
	marks := e.marks(words)
	var lit [3]string
	for i := range e {
		for _, p := range addField(nil, e[i].text, marks[i], width(e[i].text)) {
			if p.match {
				lit[i] += p.text
			}
		}
	}
	typed := ""
	for _, w := range words {
		typed += w.text + w.id
		if !inOrder(w.text, fold(lit[nameField])) && !inOrder(w.id, fold(lit[idField])) && !inOrder(w.text, fold(lit[detailField])) {
			t.Fatalf("%q is not highlighted in %v: %q", w.text, e, lit)
		}
	}
	for i := range lit {
		for chars := uniseg.NewGraphemes(lit[i]); chars.Next(); {
			if !strings.ContainsAny(fold(chars.Str()), typed) {
				t.Fatalf("%q is highlighted in %v, but typed was %q", chars.Str(), e, typed)
			}
		}
	}
}

func many(n int) []Item {
	list := make([]Item, n)
	for i := range list {
		list[i] = Item{
			Name:   fmt.Sprintf("Team %d %s", i, []string{"dev", "prod", "日本"}[i%3]),
			ID:     fmt.Sprintf("%012d", 100000000000+i*7919),
			Detail: fmt.Sprintf("owner-%d@example.com", i),
		}
	}
	return list
}

// items returns items that have only a name.
func items(names ...string) []Item {
	var list []Item
	for _, n := range names {
		list = append(list, Item{Name: n})
	}
	return list
}

// String shows the texts of an entry in test messages.
func (e *entry) String() string {
	return fmt.Sprintf("%q", []string{e[nameField].text, e[idField].text, e[detailField].text})
}
