//go:build unix

package cli_test

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

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
	program string // the key in completingShells, if empty
	args    []string
	rc      string // the name of the start-up file
	lines   string // the lines of the start-up file
	env     []string
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
		"zsh of a package": { // a package installs the script as a file in fpath
			program: "zsh", args: []string{"-d", "-i"}, rc: ".zshrc",
			lines: "PS1='ready> '\nmkdir -p $ZDOTDIR/site\nlanyard completion zsh >$ZDOTDIR/site/_lanyard\n" +
				"fpath=($ZDOTDIR/site $fpath)\nautoload -Uz compinit; compinit -u -D\n",
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
// braces, after the word argv. It writes them at once, because elvish may draw its line again in
// between.
func startShell(t *testing.T, name, config string) *terminal {
	t.Helper()
	s := completingShells()[name]
	program := cmp.Or(s.program, name)
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("%s is not installed", program)
	}
	tm := &terminal{t: t, srv: emulatortest.Start(t, emulator.BuiltIn()), home: t.TempDir()}
	real, err := exec.LookPath("lanyard")
	if err != nil {
		t.Fatal(err)
	}
	print := "#!/bin/sh\ncase $1 in __complete|completion) " + real + ` "$@"; printf '\033]2;answered\007' >/dev/tty; exit;; esac; printf 'argv%s.\n' "$(printf '{%s}' "$@")"` + "\n"
	for file, content := range map[string]string{
		"bin/lanyard": print, "bin/zzcommand": "", s.rc: s.lines, ".aws/config": config,
		".local/share/fish/generated_completions/x": "",
	} { // otherwise fish reads all manual pages in the background
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
	tm.start(terminalOptions{program: program, cols: 200, rows: 50, env: append(s.env,
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
	tests := map[string][]typing{
		"all": {
			{"lanyard sta", "{status}"},
			{"lanyard sso get-c", "{sso}{get-credentials}"},
			{"lanyard ec2 describe-instance-sta", "{ec2}{describe-instance-status}"},
			{"lanyard ec2 describe-instances --filt", "{ec2}{describe-instances}{--filters}"},
			{"lanyard --outp", "{--output}"},
			{"lanyard --output yaml-", "{--output}{yaml-stream}"},
			{"lanyard --region eu-central-2 --profile plai", "{--region}{eu-central-2}{--profile}{plain-one}"},
			{"lanyard --profile=plai", "{--profile=plain-one}"},
			{"lanyard --profile 'my profile' sta", "{--profile}{my profile}{status}"},
			{"lanyard --profile 'my p", "{--profile}{my profile}"},
			{`lanyard --profile "my p`, "{--profile}{my profile}"},
			{"lanyard --profile 'va", "{--profile}{va$HOME}"},
			{"lanyard --ca-bundle complete_unix_t", "{--ca-bundle}{complete_unix_test.go}"},
			{"lanyard --profile complete_unix_t", "{--profile}{complete_unix_t}"}, // the name of a file, not of a profile
			{"lanyard nonsen", "{nonsen}"},
			{"lanyard --query ab", "{--query}{ab}"},
			{"lanyard exec plain-one -- zzcomm", "{exec}{plain-one}{--}{zzcommand}"},
			{"lanyard exec plain-one -- ls complete_unix_t", "{exec}{plain-one}{--}{ls}{complete_unix_test.go}"},
			{"lanyard --profile co:lo", "{--profile}{co:lon:2}"},
			{"lanyard --profile eq=ua", "{--profile}{eq=uals=2}"},
		},
		"bash": {
			{`lanyard --profile my\ p`, "{--profile}{my profile}"},
			{"lanyard --profile='my p", "{--profile=my profile}"},
			{`lanyard --profile co:lon:`, "{--profile}{co:lon:2}"},
			{`lanyard --profile "va`, "{--profile}{va$HOME}"},
			{`lanyard --profile "ex`, "{--profile}{ex!clam}"},
			{`lanyard --profile "tick`, "{--profile}{tick`x`}"},
			{`lanyard --profile 'it`, "{--profile}{it's}"},
			{`lanyard 2>/dev/null sta`, "{status}"},
			{`X=1 lanyard sta`, "{status}"},
			{`true; lanyard sta`, "{status}"},
			{`true && lanyard status --sso-session corp --che`, "{status}{--sso-session}{corp}{--check}"},
		},
		"zsh": {
			{"lanyard exec plain-one -- lanyard sta", "{exec}{plain-one}{--}{lanyard}{status}"},
			{`lanyard --profile my\ p`, "{--profile}{my profile}"},
			{"lanyard --profile='my p", "{--profile=my profile}"},
			{`lanyard --profile "va`, "{--profile}{va$HOME}"},
			{`lanyard --profile 'it`, "{--profile}{it's}"},
			{`X=1 lanyard sta`, "{status}"},
		},
		"fish": {
			{"lanyard exec plain-one -- lanyard sta", "{exec}{plain-one}{--}{lanyard}{status}"},
			{`lanyard --profile my\ p`, "{--profile}{my profile}"},
			{"lanyard --profile='my p", "{--profile=my profile}"},
			{`lanyard --profile "va`, "{--profile}{va$HOME}"},
			{`lanyard --profile 'it`, "{--profile}{it's}"},
			{`X=1 lanyard sta`, "{status}"},
		},
		"elvish": {
			{"lanyard exec plain-one -- lanyard sta", "{exec}{plain-one}{--}{lanyard}{status}"},
		},
		"xonsh": {
			{"lanyard exec plain-one -- lanyard sta", "{exec}{plain-one}{--}{lanyard}{status}"},
		},
	}
	for shell, s := range completingShells() {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			tm := startShell(t, shell, namedProfiles(hardNames))
			for _, tt := range slices.Concat(tests["all"], tests[cmp.Or(s.program, shell)]) {
				tm.complete(tt)
			}
			for _, name := range hardNames {
				beginning := string([]rune(name)[:2])
				if strings.ContainsAny(beginning, "~#<@(") {
					beginning = "'" + beginning
				}
				tm.complete(typing{"lanyard --profile " + beginning, "{--profile}{" + name + "}"})
			}
		})
	}
}

// A list of profiles shows their accounts and roles.
func TestShellsDescribeProfiles(t *testing.T) {
	for _, shell := range []string{"zsh", "fish", "elvish"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			tm := startShell(t, shell, namedProfiles([]string{"dev", "deploy:x", "other"}))
			tm.send("lanyard --profile d\t")
			tm.expect("]2;answered")
			tm.send("\t") // the first TAB inserts the common beginning of the names
			for _, want := range []string{"000000000000 · Role", "000000000001 · Role"} {
				tm.expectAnywhere(want)
			}
			if strings.Contains(tm.text(), "other") {
				t.Errorf("a profile with another beginning is shown:\n%s", tm.text())
			}
		})
	}
}

// The script works in bash with nounset, noglob, failglob, nullglob, and another IFS.
func TestBashCompletesWithStrictOptions(t *testing.T) {
	tm := startShell(t, "bash", namedProfiles(hardNames))
	for _, options := range []string{"set -u", "set -f", "shopt -s failglob", "shopt -s nullglob", "IFS=:"} {
		tm.send(options + "\r")
		tm.expect("ready>")
		tm.complete(typing{"lanyard --profile st", "{--profile}{star*[a]}"})
		tm.complete(typing{"lanyard --query x", "{--query}{x}"})
		if strings.Contains(tm.text(), "bash:") {
			t.Errorf("after %s:\n%s", options, tm.text())
		}
	}
	tm.send("set +f; unset IFS\r")
	tm.complete(typing{"lanyard --profile st", "{--profile}{star*[a]}"})
	tm.send("echo complete_unix_t*\r") // bash still expands file names
	tm.expect("complete_unix_test.go")
}

// expectAnywhere waits for a text on the screen.
func (tm *terminal) expectAnywhere(want string) {
	tm.t.Helper()
	tm.read = 0
	tm.expect(want)
}

// A typing is the beginning of a line, and the arguments of lanyard when it is completed.
type typing struct{ line, want string }

// complete types the beginning of a line, presses TAB and Enter, and checks the arguments.
func (tm *terminal) complete(tt typing) {
	tm.t.Helper()
	tm.send(tt.line + "\t")
	tm.expect("]2;answered")
	tm.send("\r")
	if filepath.Base(tm.cmd.Path) == "elvish" { // if the completion adds quotes, the first Enter closes a menu
		tm.send("\r")
	}
	tm.expect("argv{")
	begin := tm.read - 1
	tm.expect("}.")
	if got := tm.text()[begin : tm.read-1]; got != tt.want {
		tm.t.Errorf("%s and TAB: %s, want %s", tt.line, got, tt.want)
	}
}
