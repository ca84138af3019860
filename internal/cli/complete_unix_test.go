//go:build unix

package cli_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

// hardNames lists names of profiles that some shells misread without quotes. The first two
// characters of each name are unique.
var hardNames = []string{
	"plain-one", "my profile", "co:lon:2", "eq=uals=2", "it's", `do"uble`, "va$HOME", "tick`x`", `ba\ck\slash`, "-dash", "ümlaut", "日本",
	"~tilde", "star*[a]", "#hash", "se;mi&|", "(pa{r}en)", "ex!clam", "<angle>", "@at,%", "qu?",
}

// A completingShell is a shell with completion.
type completingShell struct {
	args  []string
	rc    string // the name of the start-up file
	lines string // the lines of the start-up file
	env   []string
}

func completingShells() map[string]completingShell {
	return map[string]completingShell{
		"bash": {
			args: []string{"--noprofile", "--rcfile", "$HOME/rc"}, rc: "rc",
			lines: "PS1='ready> '\n" + `eval "$(lanyard completion bash)"` + "\n",
		},
		"zsh": {
			args: []string{"-d", "-i"}, rc: ".zshrc",
			lines: "PS1='ready> '\nautoload -Uz compinit; compinit -D\n" + `eval "$(lanyard completion zsh)"` + "\n",
		},
		"fish": {
			args: []string{"-i"}, rc: ".config/fish/config.fish",
			lines: "function fish_prompt; printf 'ready> '; end\nset -g fish_greeting\nset -g fish_autosuggestion_enabled 0\nlanyard completion fish | source\n",
		},
		"elvish": {
			args: []string{"-rc", "$HOME/rc.elv"}, rc: "rc.elv",
			lines: "set edit:prompt = { put 'ready> ' }\nset edit:rprompt = { put '' }\neval (lanyard completion elvish | slurp)\n",
		},
		"xonsh": {
			args: []string{"--rc", "$HOME/rc.xsh", "-i"}, rc: "rc.xsh", env: []string{"PROMPT_TOOLKIT_NO_CPR=1"},
			lines: "$PROMPT='ready> '\n$XONSH_SHOW_TRACEBACK=True\n$COMPLETIONS_CONFIRM=False\n$XONSH_HISTORY_BACKEND='dummy'\nexecx($(lanyard completion xonsh))\n",
		},
	}
}

// startShell starts a shell with completion. In this shell, lanyard prints its arguments in
// braces.
func startShell(t *testing.T, name, config string) *terminal {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Skipf("%s is not installed", name)
	}
	s := completingShells()[name]
	tm := &terminal{t: t, srv: emulatortest.Start(t, emulator.BuiltIn()), home: t.TempDir()}
	real, err := exec.LookPath("lanyard")
	if err != nil {
		t.Fatal(err)
	}
	print := "#!/bin/sh\ncase $1 in __complete|completion) exec " + real + ` "$@";; esac; printf '{%s}' "$@"; echo` + "\n"
	for file, content := range map[string]string{"bin/lanyard": print, s.rc: s.lines, ".aws/config": config} {
		path := filepath.Join(tm.home, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o700); err != nil { //nolint:gosec // the file is a program
			t.Fatal(err)
		}
	}
	args := make([]string, len(s.args))
	for i, a := range s.args {
		args[i] = strings.ReplaceAll(a, "$HOME", tm.home)
	}
	tm.start(seat{program: name, cols: 200, rows: 50, env: append(s.env,
		"PATH="+filepath.Join(tm.home, "bin")+":"+os.Getenv("PATH"), "LC_ALL=C.UTF-8", "XDG_CONFIG_HOME="+filepath.Join(tm.home, ".config"),
		"XDG_RUNTIME_DIR="+tm.home, "ZDOTDIR="+tm.home)}, args...)
	tm.expect("ready>")
	return tm
}

// namedProfiles returns a config with profiles of these names.
func namedProfiles(names []string) string {
	var b strings.Builder
	for i, n := range names {
		fmt.Fprintf(&b, "[profile %s]\nsso_account_id = %012d\nsso_role_name = Role\n", `"`+strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(n)+`"`, i)
	}
	return b.String()
}

// The user types the beginning of a name and presses TAB. Then the shell runs the line with
// exactly this name.
func TestShellsComplete(t *testing.T) {
	for shell := range completingShells() {
		t.Run(shell, func(t *testing.T) {
			tm := startShell(t, shell, namedProfiles(hardNames))
			for _, tt := range []struct{ typed, want string }{
				{"lanyard sta", "{status}"},
				{"lanyard sso get-c", "{sso}{get-credentials}"},
				{"lanyard --profile plai", "{--profile}{plain-one}"},
			} {
				tm.complete(shell, tt.typed, tt.want)
			}
		})
	}
}

// complete types the beginning of a line, presses TAB and Enter, and checks the arguments of the
// program.
func (tm *terminal) complete(shell, typed, want string) {
	tm.t.Helper()
	tm.send(typed + "\t")
	if shell == "xonsh" {
		time.Sleep(time.Second)
	}
	tm.send("\r")
	tm.expect(want)
	tm.expect("ready>")
}
