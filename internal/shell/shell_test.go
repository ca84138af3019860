package shell_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

func TestWord(t *testing.T) {
	for _, s := range []string{"dev-admin", "a/b.c:d@e%f+g=h,i_j", "https://x.awsapps.com/start"} {
		if got := shell.POSIX.Word(s); got != s {
			t.Errorf("%q was quoted: %s, want no quotes", s, got)
		}
	}
	for s, want := range map[string]string{"": "''", "=ls": "'=ls'", "a b": "'a b'", "it's": `'it'\''s'`, "~": "'~'", "\u00e9": "'\u00e9'"} {
		if got := shell.POSIX.Word(s); got != want {
			t.Errorf("%q became %s, want %s", s, got, want)
		}
	}
}

func TestQuoteForPowerShell(t *testing.T) {
	if got, want := shell.PowerShell.Quote("$(x)`\"\u2019\U0001f600"), "\"`$(x)```\"$([char]0x2019)$([char]0xd83d)$([char]0xde00)\""; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestExport(t *testing.T) {
	for _, tt := range []struct {
		dialect     shell.Dialect
		value, want string // the expected line; "" means an error
	}{
		{shell.POSIX, "a/b+c==", "export X=a/b+c=="},
		{shell.POSIX, "", "export X="},
		{shell.POSIX, "a;b", "export X='a;b'"},
		{shell.Fish, "a/b+c==", `set -gx X "a/b+c=="`},
		{shell.Fish, `a'\`, `set -gx X 'a\'\\'`},
		{shell.PowerShell, "a$b", "$Env:X=\"a`$b\""},
		{shell.Cmd, "a/b+c==", "set X=a/b+c=="},
		{shell.Cmd, "a&b", `set "X=a&b"`},
		{shell.Cmd, "a%b", ""},
		{shell.POSIX, "a\nb", ""},
	} {
		got, err := tt.dialect.Export("X", tt.value)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%v, %q: %s, %v; want %s", tt.dialect, tt.value, got, err, tt.want)
		}
	}
}

// The installed shells read each quoted word as the original word.
func TestShellsUnderstandQuotedWords(t *testing.T) {
	hostile := []string{"plain", "it's", `"`, `\`, "$(echo x)", "`echo x`", "a\tb", "*", "~", "!!", "#x", "=ls", "\u2019", "\xff"}
	for name, dialect := range map[string]shell.Dialect{"sh": shell.POSIX, "bash": shell.POSIX, "zsh": shell.POSIX, "fish": shell.Fish} {
		t.Run(name, func(t *testing.T) {
			program, err := exec.LookPath(name)
			if err != nil {
				t.Skipf("%s is not installed", name)
			}
			line, want := "printf '<%s>'", ""
			for _, s := range hostile {
				line += " " + dialect.Word(s)
				want += "<" + s + ">"
			}
			out, err := exec.Command(program, "-c", line).CombinedOutput()
			if err != nil || string(out) != want {
				t.Errorf("%v\ngot  %s\nwant %s\n%s", err, out, want, strings.TrimSpace(line))
			}
		})
	}
}

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

// FuzzSplit checks that quoted and joined words are split into the original words.
func FuzzSplit(f *testing.F) {
	for _, s := range []string{"", "a\x00b", "it's\x00\"\x00\\", "\n\x00 ", "a\\\nb"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if words, err := shell.Split(s); err == nil && strings.TrimSpace(s) == "" && strings.Trim(s, " \t\r\n") == "" && len(words) > 0 {
			t.Errorf("%q has words: %q, want none", s, words)
		}
		words := strings.Split(s, "\x00")
		var line []string
		for _, w := range words {
			line = append(line, "'"+strings.ReplaceAll(w, "'", `'\''`)+"'")
		}
		got, err := shell.Split(strings.Join(line, " "))
		if err != nil || !slices.Equal(got, words) {
			t.Errorf("%q: %q, %v; want the original words", words, got, err)
		}
	})
}
