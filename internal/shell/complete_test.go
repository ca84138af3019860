package shell_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

func TestParseBash(t *testing.T) {
	for _, tt := range []struct {
		line, text string
		words      []string
		current    string
		value      string // a value of the word
		want       string // the text that replaces the end of the line; "-" for none
	}{
		{"lanyard ", "", nil, "", "status", "status"},
		{"lanyard st", "st", nil, "st", "status", "status"},
		{"X=1 Y='a b' lanyard st", "st", nil, "st", "status", "status"},
		{"lanyard --profile my", "my", []string{"--profile"}, "my", "my profile", `my\ profile`},
		{`lanyard --profile my\ pro`, `my\ pro`, []string{"--profile"}, "my pro", "my profile", `my\ profile`},
		{"lanyard --profile 'my pro", "my pro", []string{"--profile"}, "my pro", "my profile", "my profile"},
		{`lanyard --profile "my pro`, "my pro", []string{"--profile"}, "my pro", "my profile", "my profile"},
		{"lanyard --profile 'it", "it", []string{"--profile"}, "it", "it's", `it'\''s`},
		{`lanyard --profile "a`, "a", []string{"--profile"}, "a", "a$\"`\\!", "a\\$\\\"\\`\\\\\"'!'\""},
		{"lanyard --profile a:b", "b", []string{"--profile"}, "a:b", "a:bc:d", "bc:d"},
		{"lanyard --profile a:", "", []string{"--profile"}, "a:", "a:b c", `b\ c`},
		{"lanyard --profile=a", "a", nil, "--profile=a", "--profile=a b", `a\ b`},
		{"lanyard --profile=", "", nil, "--profile=", "--profile==x", `\=x`},
		{"lanyard --profile='a b", "a b", nil, "--profile=a b", "--profile=a b", "a b"},
		{`lanyard a"b c"d 'e'"f" g\h "i\j\$" k`, "k", []string{"ab cd", "ef", "gh", `i\j$`}, "k", "k", "k"},
		{"lanyard '' x", "x", []string{""}, "x", "x", "x"},
		{"lanyard 2>/dev/null >'a b' st", "st", nil, "st", "status", "status"},
		{"lanyard ~", "~", nil, "~", "~x", `\~x`},
		{"lanyard ", "", nil, "", "=x", `\=x`},
		{"lanyard \u00fc", "\u00fc", nil, "\u00fc", "\u00fcml\u00e4ut", "\u00fcml\u00e4ut"},
		{"lanyard a:b", "b", nil, "a:b", "other", "-"},
		{"lanyard st", "something else", nil, "st", "status", "status"},
	} {
		line := shell.ParseBash(tt.line, tt.text)
		if !slices.Equal(line.Words, tt.words) || line.Current != tt.current || line.File {
			t.Errorf("%s: %+v, want the words %q and %q", tt.line, line, tt.words, tt.current)
		}
		got, ok := line.Replacement(tt.value)
		if !ok {
			got = "-"
		}
		if got != tt.want {
			t.Errorf("%s, then %s: %s, want %s", tt.line, tt.value, got, tt.want)
		}
	}
	for line, want := range map[string]bool{"lanyard >": true, "lanyard > a": true, "lanyard <a": true, "lanyard 2>a ": false, `lanyard \>a`: false, "lanyard '>a": false} {
		if got := shell.ParseBash(line, "").File; got != want {
			t.Errorf("%s: File is %v, want %v", line, got, want)
		}
	}
}

// FuzzParseBash checks that bash splits the completed line into the words before, and the value.
func FuzzParseBash(f *testing.F) {
	f.Add("my profile", "lanyard --profile ", byte(0))
	f.Add("it's \"$x\" `y` \\ !", "lanyard x ", byte('"'))
	f.Fuzz(func(t *testing.T, value, line string, quote byte) {
		if strings.ContainsAny(value, "\n\x00") || strings.ContainsAny(line, "\n\x00'\"\\<>") || value == "" {
			return
		}
		line += " "
		if quote == '\'' || quote == '"' {
			line += string(quote)
		} else {
			quote = 0
		}
		b := shell.ParseBash(line, "")
		text, ok := b.Replacement(value)
		if !ok {
			t.Fatalf("%q: no replacement for %q", line, value)
		}
		if quote != 0 {
			text += string(quote)
		}
		if got := shell.ParseBash(line+text, ""); got.Current != value || !slices.Equal(got.Words, b.Words) {
			t.Errorf("%q became %q: %+v", line, line+text, got)
		}
	})
}

func TestCompletionScript(t *testing.T) {
	for _, name := range shell.CompletionShells() {
		script, err := shell.CompletionScript(name, "aws")
		if err != nil || strings.Contains(script, "PROGRAM") || strings.Contains(script, "lanyard") || !strings.Contains(script, shell.CompletionRequest+" "+name) && name != "xonsh" {
			t.Errorf("%s: %v\n%s", name, err, script)
		}
	}
	if script, err := shell.CompletionScript("bash", "lanyard", "aws"); err != nil || !strings.Contains(script, "complete -F _complete_lanyard lanyard\n") || !strings.Contains(script, "complete -F _complete_aws aws\n") {
		t.Errorf("%v\n%s", err, script)
	}
	if script, err := shell.CompletionScript("tcsh", "aws"); err == nil {
		t.Errorf("tcsh: %s", script)
	}
}

func TestCompletionWord(t *testing.T) {
	for _, tt := range []struct{ shell, value, want string }{
		{"zsh", "a b", "a b"},
		{"fish", "it's", "it's"},
		{"elvish", "$x", "$x"},
		{"xonsh", "dev", "dev"},
		{"xonsh", `it's \ x`, `'it\'s \\ x'`},
		{"xonsh", "$x", "@('$x')"},
		{"nu", `a "b" \`, `"a \"b\" \\"`},
		{"nu", "dev", "dev"},
		{"powershell", "a $b", "\"a `$b\""},
	} {
		if got := shell.CompletionWord(tt.shell, tt.value); got != tt.want {
			t.Errorf("%s, %s: %s, want %s", tt.shell, tt.value, got, tt.want)
		}
	}
}
