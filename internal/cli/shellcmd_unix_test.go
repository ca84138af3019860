//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const staticProfiles = "[profile dev]\naws_access_key_id = AKIADEV\naws_secret_access_key = secret\nregion = us-east-1\n" +
	"[profile 'a%b$c']\naws_access_key_id = AKIAABC\naws_secret_access_key = secret\n"

// A subShell is a shell that "lanyard shell" starts.
type subShell struct {
	interactiveShell
	lines string // the start-up file, which sets a prompt and defines ours and use
	stops bool   // the shell has reliable job control
}

var subShells = []subShell{
	{shellNamed("bash"), "PROMPT_COMMAND='history -a'; PS1='$ '; ours() { echo of-ours; }\neval \"$(lanyard init bash)\"", true},
	{shellNamed("zsh"), "PS1='$ '; unsetopt prompt_cr; ours() { echo of-ours }\neval \"$(lanyard init zsh)\"", true},
	{shellNamed("fish"), "function fish_prompt; echo -n '$ '; end; function ours; echo of-ours; end; lanyard init fish | source", true},
	{shellNamed("elvish"), "set edit:prompt = { print '$ ' }; set edit:rprompt = { }; fn ours { echo of-ours }\neval (lanyard init elvish | slurp)", false},
	{shellNamed("xonsh"), "$SHELL_TYPE = 'readline'; $PROMPT = '$ '\naliases['ours'] = 'echo of-ours'\nimport subprocess\nexecx(subprocess.check_output(['lanyard', 'init', 'xonsh']).decode())", false},
	{interactiveShell{name: "dash", rc: ".shrc", print: `echo now "$AWS_PROFILE"`}, "PS1='$ '; ours() { echo of-ours; }", true},
}

// start runs "lanyard shell" with the shell and its start-up file.
func (s subShell) start(t *testing.T, args ...string) (tm *terminal, temp string) {
	t.Helper()
	path, err := exec.LookPath(s.name)
	if err != nil {
		t.Skipf("%s is not installed", s.name)
	}
	tm = sit(t, terminalOptions{config: staticProfiles}, "version")
	tm.exits(0)
	rc := filepath.Join(tm.home, s.rc)
	temp = filepath.Join(tm.home, "it's temp")
	for _, dir := range []string{filepath.Dir(rc), temp} {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(rc, []byte(s.lines+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tm.start(terminalOptions{env: []string{"SHELL=" + path, "TMPDIR=" + temp, "ENV=" + filepath.Join(tm.home, ".shrc"), "fish_greeting="}}, append([]string{"shell"}, args...)...)
	return tm, temp
}

// The prompt has the name of the profile. The shell reads the user's start-up file, removes the
// temporary files, and returns its own exit code.
func TestShell(t *testing.T) {
	for _, s := range subShells {
		t.Run(s.name, func(t *testing.T) {
			tm, temp := s.start(t, "dev")
			tm.expect("(dev) $ ")
			if left, err := filepath.Glob(filepath.Join(temp, "lanyard*")); err != nil || left != nil {
				t.Errorf("left behind: %v, %v", left, err)
			}
			tm.send("ours\r")
			tm.expect("of-ours")
			tm.send("env | grep AKIA\r")
			tm.expect("AWS_ACCESS_KEY_ID=AKIADEV")
			tm.send("env | grep ZDOTDIR=\r")
			tm.send("lanyard shell dev\r")
			tm.expect("the environment already has the credentials of the profile dev")
			tm.expect("add --nest")
			if text := tm.text(); strings.Contains(text, "ZDOTDIR=/") {
				t.Errorf("ZDOTDIR is set: %s", text)
			}
			tm.send("exit 7\r")
			if s.name == "xonsh" { // xonsh 0.13 ignores the argument
				tm.exits(0)
				return
			}
			tm.exits(7)
		})
	}
}

// A stopped program can continue. The user can change the profile.
func TestShellJobsAndUse(t *testing.T) {
	for _, s := range subShells {
		t.Run(s.name, func(t *testing.T) {
			tm, _ := s.start(t, "a%b$c")
			tm.expect("(a%b$c) $ ")
			if s.stops {
				tm.send("sh -c 'echo $((40+2)); read line; echo got $line'\r")
				tm.expect("42")
				tm.send("\x1a")
				tm.expect("$ ")
				tm.send("fg\r")
				tm.expect("sh -c")
				tm.send("x1\r")
				tm.expect("got x1")
			}
			if s.use != "" {
				tm.send(s.use + " dev\r")
				tm.expect("dev) $ ") // elvish writes only what changes
			}
		})
	}
}

// If the start-up file builds a new prompt each time, the mark stays. If the temporary folder is
// not writable, the shell starts without a mark.
func TestShellMark(t *testing.T) {
	for _, tt := range []struct{ shell, lines string }{
		{"bash", "PROMPT_COMMAND='PS1=\"$ \"'"},
		{"zsh", "precmd() { PROMPT='$ ' }"},
		{"zsh", "last() { PROMPT='$ '; precmd_functions=(${precmd_functions:#last} last) }; precmd_functions+=(last)"},
	} {
		tm, _ := subShell{interactiveShell: shellNamed(tt.shell), lines: tt.lines}.start(t, "dev")
		tm.expect("(dev) $ ")
		tm.send("true\r")
		tm.expect("(dev) $ ")
		tm.leave()
	}
	tm := sit(t, terminalOptions{config: staticProfiles, env: []string{"SHELL=/bin/sh", "PS1=$ ", "TMPDIR=/nonexistent"}}, "shell", "dev")
	tm.expect("warning: the prompt of the shell cannot show the profile")
	tm.leave()
}
