package shimcmd

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

func TestAliasNames(t *testing.T) {
	profiles := []string{"a b", "a-b", "a-b-2", "A-B", "--", "", "\u00e9", "x;y", "x$y", "dev/admin", "-lead", "dot."}
	want := []string{"aws-a-b-3", "aws-a-b", "aws-a-b-2", "aws-A-B", "", "", "", "aws-x-y", "aws-x-y-2", "aws-dev-admin", "aws-lead", "aws-dot."}
	if got := aliasNames("aws-", profiles, false); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
	folded := aliasNames("aws-", []string{"Dev", "dev", "DEV"}, true)
	if want := []string{"aws-Dev", "aws-dev-2", "aws-DEV-3"}; !slices.Equal(folded, want) {
		t.Errorf("case does not count: %q, want %q", folded, want)
	}
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "team/dev", true},
		{"dev-*", "dev-admin", true},
		{"dev-*", "Dev-admin", false},
		{"dev", "dev-admin", false},
		{"team/?ev", "team/dev", true},
		{"[a-c]x", "bx", true},
		{"", "x", false},
	} {
		if got := matches(c.pattern, c.name); got != c.want {
			t.Errorf("matches(%q, %q) = %v, want %v", c.pattern, c.name, got, c.want)
		}
	}
}

// hostile lists names of profiles that contain shell syntax.
var hostile = []string{
	"plain", "two words", "it's", `"`, `\`, `'; echo pwned; '`, "$(echo pwned)", "`echo pwned`", "$HOME", "a;b", "a&b", "a|b", "*", "~", "!!", "#x",
	"-x", "--debug", "a=b", "${x}", `'"'"'`, "\u2019; echo pwned; \u2019", "\u00e9\xff", "a\tb", "%PATH%", "^", "(x)", "{a,b}", "$args",
}

// TestAliasLinesInShells evaluates the aliases of hostile names in the shells on this machine. It
// checks the arguments that the program gets.
func TestAliasLinesInShells(t *testing.T) {
	for _, c := range []struct {
		shell  string
		args   []string
		before string // defines lanyard as a function that prints its arguments
	}{
		{"bash", []string{"-c"}, "shopt -s expand_aliases\nlanyard() { printf '<%s>' \"$@\"; echo; }\n"},
		{"zsh", []string{"-c"}, "setopt aliases\nlanyard() { printf '<%s>' \"$@\"; echo; }\n"},
		{"fish", []string{"-c"}, "function lanyard; printf '<%s>' $argv; echo; end\n"},
	} {
		t.Run(c.shell, func(t *testing.T) {
			program, err := exec.LookPath(c.shell)
			if err != nil {
				t.Skipf("there is no %s here", c.shell)
			}
			dialect, _ := shell.ByName(c.shell)
			var text, want strings.Builder
			text.WriteString(c.before)
			for i, name := range hostile {
				alias := fmt.Sprintf("aws-%d", i)
				// The alias needs its own line, because a shell knows an alias only from the next
				// line on.
				text.WriteString(aliasLine(dialect, alias, "lanyard", name) + "\n")
				text.WriteString(evalLine(c.shell, alias+" s3 'l s'") + "\n")
				flag := "<--profile><" + name + ">"
				if strings.HasPrefix(name, "-") {
					flag = "<--profile=" + name + ">"
				}
				want.WriteString(flag + "<s3><l s>\n")
			}
			out, err := exec.Command(program, append(c.args, text.String())...).CombinedOutput()
			if err != nil {
				t.Fatalf("%s: %v: %s", c.shell, err, out)
			}
			if string(out) != want.String() {
				t.Errorf("got\n%s\nwant\n%s", out, want.String())
			}
		})
	}
}

func evalLine(name, line string) string {
	if name == "fish" {
		return line
	}
	return "eval " + shell.POSIX.Quote(line)
}

func TestAliasLineForPowerShell(t *testing.T) {
	got := aliasLine(shell.PowerShell, "aws-x", "lanyard", "$(x)`\"\u2019")
	want := "function global:aws-x { lanyard --profile \"`$(x)```\"$([char]0x2019)\" @args }"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
