package shell_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

var hardValues = []string{
	"", "plain", "it's", `"`, `\`, `\\'`, "$(echo x)", "`echo x`", "$HOME", "a b\tc", "*", "~", "!!", "#x", "=ls", "a\nb", "'#", "'##x",
	"%PATH%", "{a,b}", "\u2019", "\u00e9", "\U0001f600", "\x7f\x01",
}

func TestSyntaxes(t *testing.T) {
	for _, tt := range []struct {
		syntax, value, want string // the expected line; "" means an error
	}{
		{"bash", "it's", `export X='it'\''s'`},
		{"fish", `a'\`, `set -gx X 'a\'\\'`},
		{"elvish", "it's", "set-env X 'it''s'"},
		{"elvish", "\xff", ""},
		{"nu", "it's", "$env.X = r#'it's'#"},
		{"nu", "'#", "$env.X = r##''#'##"},
		{"nu", "\xff", ""},
		{"xonsh", "it's\n\xff", `$X = 'it\'s\x0a\udcff'`},
		{"dotenv", "a\"$b\n", `X="a\"\$b\n"`},
		{"dotenv", "a\r", ""},
		{"powershell", "a$b", "$Env:X=\"a`$b\""},
		{"cmd", "a%b", ""},
	} {
		got, err := shell.Syntaxes()[tt.syntax].Set("X", tt.value)
		if got != tt.want || (err != nil) != (tt.want == "") {
			t.Errorf("%s, %q: %s, %v; want %s", tt.syntax, tt.value, got, err, tt.want)
		}
	}
	for name, s := range shell.Syntaxes() {
		if got, err := s.Set("X", "a\x00b"); err == nil {
			t.Errorf("%s: a NUL byte became %q, want an error", name, got)
		}
	}
}

// The installed shells set each value exactly, and remove it again.
func TestShellsReadAssignments(t *testing.T) {
	// Each shell has a command to run a file, and a line that prints X between marks.
	for name, print := range map[string]string{
		"sh":     `"$PRINT"`,
		"bash":   `"$PRINT"`,
		"zsh":    `"$PRINT"`,
		"fish":   `"$PRINT"`,
		"elvish": `(external $E:PRINT)`,
		"xonsh":  `@($PRINT)`,
		"nu":     `^$env.PRINT`,
	} {
		t.Run(name, func(t *testing.T) {
			program, err := exec.LookPath(name)
			if err != nil {
				t.Skipf("%s is not installed", name)
			}
			dir := t.TempDir()
			printer := filepath.Join(dir, "print")
			if err := os.WriteFile(printer, []byte("#!/bin/sh\nprintf '<%s>\\n' \"${X-unset}\"\n"), 0o700); err != nil { //nolint:gosec // a program
				t.Fatal(err)
			}
			syntax := shell.Syntaxes()[name]
			var script, want strings.Builder
			for _, v := range hardValues {
				line, err := syntax.Set("X", v)
				if err != nil {
					t.Fatal(err)
				}
				script.WriteString(line + "\n" + print + "\n")
				want.WriteString("<" + v + ">\n")
			}
			script.WriteString(syntax.Unset("X") + "\n" + print + "\n")
			want.WriteString("<unset>\n")
			file := filepath.Join(dir, "script")
			if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(program, file)
			cmd.Env = append(os.Environ(), "PRINT="+printer, "HOME="+dir, "X=before")
			out, err := cmd.CombinedOutput()
			if err != nil || string(out) != want.String() {
				t.Errorf("%v\ngot  %q\nwant %q\n%s", err, out, want.String(), script.String())
			}
		})
	}
}
