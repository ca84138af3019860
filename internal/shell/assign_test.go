package shell_test

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// hardValues returns values that a shell could misread: each byte, quotes and expansions of every
// shell, blanks and line breaks at both ends, and mixtures of special characters.
func hardValues() []string {
	values := []string{
		"", "plain", "it's", "''", `"`, `""`, `\`, `\\`, `\'`, `\\'`, `\n`, `\x41`, `\u0041`, `\c`, "$(echo x)", "`echo x`", "$HOME", "${HOME}", "$E:HOME", "$env.HOME", "@(1)",
		"@$(echo x)", "$$", "$?", "$1", "a b\tc", " a", "a ", "\ta", "a\t", "\na", "a\n", "a\n\n", "\n", "a\nb", "a\r\nb", "a\r", "*", "?", "[a-z]", "~", "~root", "!", "!!",
		"!x", "^x^y", "#x", "a #b", "=ls", "==", "-n", "--", "-e x", "'#", "'##x", "'##", "r#'x'#", "%PATH%", "%s", "%%", "%n", "{a,b}", "{", "}", "(", ")", "<", ">", ">x", "|", "&",
		"&&", ";", "a;b", "f'x'", "b'x'", "r'x'", "'''", `"""`, "<<E", "\\\n", "\u2018a\u2019", "\u201ca\u201d", "\u00e9", "e\u0301", "\u65e5\u672c", "\U0001f600", "\u202e", "\u00a0", "\u200b",
		"\ufeff", "\u2028", "\ufffd", "\x7f\x01", "\x1b[31m", strings.Repeat("x'", 500),
	}
	for b := 1; b < 256; b++ {
		values = append(values, string([]byte{'a', byte(b), 'b'}))
	}
	special := []rune("'\"\\$`!%#~*?[]{}()<>|&;=@^ -,:/\t\n\u00e9\u2019")
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same values in each run
	for range 100 {
		var b strings.Builder
		for range 1 + random.IntN(12) {
			b.WriteRune(special[random.IntN(len(special))])
		}
		values = append(values, b.String())
	}
	return values
}

func TestSyntaxes(t *testing.T) {
	for _, tt := range []struct {
		syntax, value, want string // the expected line; "" means an error
	}{
		{"bash", "it's", `export X='it'\''s'`},
		{"fish", `a'\`, `set -gx X 'a\'\\'`},
		{"elvish", "it's", "set-env X 'it''s'"},
		{"elvish", "\xff", ""},
		{"nu", "it's", `$env.X = "it's"`},
		{"nu", "\"\\\n\u00e9$(x)", `$env.X = "\"\\\u{a}é$(x)"`},
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

// The installed shells set each value exactly, and remove variables again. Each shell starts once.
func TestShellsReadAssignments(t *testing.T) {
	// For each shell: a line that runs the program PRINT.
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
			syntax := shell.Syntaxes()[name]
			var script, values strings.Builder
			count := 0
			for _, v := range hardValues() {
				line, err := syntax.Set("X"+strconv.Itoa(count), v)
				if err != nil {
					if utf8.ValidString(v) || name != "elvish" && name != "nu" {
						t.Error(err)
					}
					continue
				}
				count++
				script.WriteString(line + "\n")
				values.WriteString("<" + v + ">\n")
			}
			if count < 200 {
				t.Fatalf("only %d values", count)
			}
			script.WriteString(print + "\n" + syntax.Unset("X0") + "\n" + syntax.Unset("X1") + "\n" + print + "\n")
			_, rest, _ := strings.Cut(values.String(), "<plain>\n")
			want := values.String() + "unset>\nunset>\n" + rest

			dir := t.TempDir()
			printer := filepath.Join(dir, "print")
			loop := "#!/bin/sh\ni=0; while [ $i -lt " + strconv.Itoa(count) + ` ]; do eval "if [ -n \"\${X$i+x}\" ]; then printf '<%s>\\n' \"\$X$i\"; else echo 'unset>'; fi"; i=$((i+1)); done` + "\n"
			if err := os.WriteFile(printer, []byte(loop), 0o700); err != nil { //nolint:gosec // a program
				t.Fatal(err)
			}
			file := filepath.Join(dir, "script")
			if err := os.WriteFile(file, []byte(script.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command(program, file)
			cmd.Env = append(os.Environ(), "PRINT="+printer, "HOME="+dir, "LC_ALL=C.UTF-8", "X0=before")
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%.2000s", err, out)
			}
			got, wanted := strings.Split(string(out), ">\n"), strings.Split(want, ">\n")
			for i := range min(len(got), len(wanted)) {
				if got[i] != wanted[i] {
					t.Fatalf("value %d: got %.200q, want %.200q", i, got[i], wanted[i])
				}
			}
			if len(got) != len(wanted) {
				t.Errorf("%d values, want %d", len(got), len(wanted))
			}
		})
	}
}
