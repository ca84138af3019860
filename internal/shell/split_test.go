package shell_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

func TestSplit(t *testing.T) {
	for s, want := range map[string][]string{
		"":                      nil,
		" \t\r\n ":              nil,
		"a b":                   {"a", "b"},
		"  a\n\nb\t":            {"a", "b"},
		`'a b' "c d"`:           {"a b", "c d"},
		`a'b'"c"d`:              {"abcd"},
		`'' "" a''`:             {"", "", "a"},
		`a\ b \'`:               {"a b", "'"},
		`"a\"b\\c\d"`:           {`a"b\c\d`},
		`'a\b'`:                 {`a\b`},
		"a\\\nb":                {"a\nb"},
		"a # no comment":        {"a", "#", "no", "comment"},
		"--query 'a[?b==`c`]'":  {"--query", "a[?b==`c`]"},
		"\xff \u00e4":           {"\xff", "\u00e4"},
		"$HOME `x` $(y) ~ *.go": {"$HOME", "`x`", "$(y)", "~", "*.go"},
	} {
		got, err := shell.Split(s)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %q, %v; want %q", s, got, err, want)
		}
	}
	for s, want := range map[string]string{
		`a 'b`: "No closing quotation", `a "b`: "No closing quotation", `"\"`: "No closing quotation",
		`a\`: "No escaped character", `"a\`: "No escaped character",
	} {
		if got, err := shell.Split(s); err == nil || err.Error() != want {
			t.Errorf("%q: %q, %v; want the error %s", s, got, err, want)
		}
	}
}

// FuzzSplit: words that are quoted and joined come out as they went in.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "a\x00b", "it's\x00\"\x00\\", "\n\x00 ", "a\\\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if words, err := shell.Split(s); err == nil && strings.TrimSpace(s) == "" && strings.Trim(s, " \t\r\n") == "" && len(words) > 0 {
			t.Errorf("%q has words: %q", s, words)
		}
		words := strings.Split(s, "\x00")
		var line []string
		for _, w := range words {
			line = append(line, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		got, err := shell.Split(strings.Join(line, " "))
		if err != nil || !slices.Equal(got, words) {
			t.Errorf("%q: %q, %v", words, got, err)
		}
	})
}
