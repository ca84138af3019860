//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// twoProfiles is a config with two profiles.
const twoProfiles = "[profile dev]\nregion = us-east-1\n[profile stage]\nregion = us-west-2\n"

// An interactiveShell is a shell of this machine.
type interactiveShell struct {
	name  string
	args  []string
	rc    string // the start-up file, in the home folder
	use   string // the name of the function
	init  string // the line of the start-up file; ARGS stands for more arguments of init
	print string // prints AWS_PROFILE after "now "
}

// interactiveShells lists the shells with a line editor that a test can talk to.
var interactiveShells = []interactiveShell{
	{"bash", nil, ".bashrc", "use", `PS1='$ '; eval "$(lanyard init bash ARGS)"`, `echo now "$AWS_PROFILE"`},
	{"zsh", nil, ".zshrc", "use", `PS1='$ '; eval "$(lanyard init zsh ARGS)"`, `echo now "$AWS_PROFILE"`},
	{"fish", nil, ".config/fish/config.fish", "use", "function fish_prompt; echo -n '$ '; end; lanyard init fish ARGS | source", `echo now "$AWS_PROFILE"`},
	{"elvish", nil, ".config/elvish/rc.elv", "use-profile", "set edit:prompt = { print '$ ' }; set edit:rprompt = { }; eval (lanyard init elvish ARGS | slurp)", `echo now $E:AWS_PROFILE`},
	{"xonsh", []string{"--shell-type", "readline"}, ".xonshrc", "use", "$PROMPT = '$ '\nexecx($(lanyard init xonsh ARGS))", `echo now @($AWS_PROFILE)`},
}

// start runs the shell on a terminal, with the arguments for init. It waits for the prompt.
func (s interactiveShell) start(t *testing.T, config, args string) *terminal {
	t.Helper()
	tm := s.startWith(t, config, strings.Replace(s.init, "ARGS", args, 1))
	tm.expect("$ ")
	return tm
}

// startWith runs the shell on a terminal, with a start-up file.
func (s interactiveShell) startWith(t *testing.T, config, lines string, env ...string) *terminal {
	t.Helper()
	if _, err := exec.LookPath(s.name); err != nil {
		t.Skipf("%s is not installed", s.name)
	}
	tm := sit(t, terminalOptions{config: config}, "version")
	tm.exits(0)
	rc := filepath.Join(tm.home, s.rc)
	if err := os.MkdirAll(filepath.Dir(rc), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(rc, []byte(lines+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	tm.start(terminalOptions{program: s.name, env: append(env, "fish_greeting=", "XONSH_SHOW_TRACEBACK=0")}, s.args...)
	return tm
}

// shellNamed returns a shell of interactiveShells.
func shellNamed(name string) interactiveShell {
	return interactiveShells[slices.IndexFunc(interactiveShells, func(s interactiveShell) bool { return s.name == name })]
}

// leave ends the shell.
func (tm *terminal) leave() {
	tm.t.Helper()
	tm.send("exit\r")
	tm.exits(0)
}

// The function opens the menu on the terminal, although stdout is not the terminal. A failed or
// cancelled call changes nothing.
func TestUseOnTerminal(t *testing.T) {
	for _, s := range interactiveShells {
		t.Run(s.name, func(t *testing.T) {
			tm := s.start(t, twoProfiles, "")
			tm.send(s.use + "\r")
			tm.expect("Pick a profile:")
			tm.send("stage\r")
			tm.expect("$ ")
			tm.send(s.print + "\r")
			tm.expect("now stage")
			tm.send(s.use + " dev\r")
			tm.expect("$ ")
			tm.send(s.use + " stagee\r")
			tm.expect("did you mean: stage")
			tm.send(s.use + "\r")
			tm.expect("Pick a profile:")
			tm.send("\x1b")
			tm.expect("$ ")
			tm.send(s.print + "\r")
			tm.expect("now dev")
			tm.leave()
		})
	}
}

// "init --prompt" puts the profile before the user's prompt.
func TestInitPrompt(t *testing.T) {
	for _, s := range interactiveShells {
		t.Run(s.name, func(t *testing.T) {
			tm := s.start(t, "[profile dev]\n[profile 'a%b$c']\n", "--prompt")
			tm.send(s.use + " dev\r")
			tm.expect("dev) $ ")
			tm.send(s.use + " 'a%b$c'\r")
			tm.expect("a%b$c) $ ") // elvish writes only what changes
			tm.send(s.use + " --off\r")
			tm.expect("$ ")
			before := tm.read
			tm.send("echo the end\r")
			tm.expect("the end")
			tm.expect("the end")
			tm.expect("$ ")
			// elvish shows the old prompt until the new prompt is ready
			if text := tm.text()[before:]; s.name != "elvish" && strings.Contains(text, ") $") {
				t.Errorf("the prompt has a profile: %q", text)
			}
			tm.leave()
		})
	}
}

// TAB completes the names of profiles after the function.
func TestUseCompletion(t *testing.T) {
	for _, s := range interactiveShells {
		t.Run(s.name, func(t *testing.T) {
			tm := s.start(t, "[profile other-one]\n[profile dev]\n", "")
			tm.send(s.use + " oth\t")
			tm.expect("other-one")
			tm.send("\r")
			if s.name == "elvish" { // the first Enter accepts the completion
				tm.send("\r")
			}
			tm.expect("$ ")
			tm.send(s.print + "\r")
			tm.expect("now other-one")
			tm.leave()
		})
	}
}

// docBlockOfShells returns the block of docs/shells.md with a language that contains a text.
func docBlockOfShells(t *testing.T, language, text string) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/shells.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, block := range strings.Split(string(page), "```"+language+"\n")[1:] {
		if block, _, _ = strings.Cut(block, "```"); strings.Contains(block, text) {
			return block
		}
	}
	t.Fatalf("docs/shells.md has no block of %s with %s", language, text)
	return ""
}

// The lines of the documentation put the profile into the prompts of the shells.
func TestPromptBlocks(t *testing.T) {
	for _, tt := range []struct{ shell, language, text, want string }{
		{"bash", "sh", "PS1=", "(dev) "},
		{"zsh", "zsh", "psvar", "dev"},
		{"fish", "fish", "fish_right_prompt", "dev"},
	} {
		t.Run(tt.shell, func(t *testing.T) {
			tm := shellNamed(tt.shell).startWith(t, "[profile dev]\n", docBlockOfShells(t, tt.language, tt.text), "AWS_PROFILE=dev")
			tm.expect(tt.want)
			tm.leave()
		})
	}
	t.Run("powerlevel10k", func(t *testing.T) {
		script := `p10k() { print -r -- "<$*>" }` + "\n" + docBlockOfShells(t, "p10k", "prompt_lanyard") + "\nprompt_lanyard\n"
		tm := sit(t, terminalOptions{config: "[profile 'a%b']\n"}, "version")
		tm.exits(0)
		tm.start(terminalOptions{program: "zsh", env: []string{"AWS_PROFILE=a%b"}}, "-f", "-c", script)
		tm.expect("<segment -f yellow -t a%%b>")
		tm.exits(0)
	})
}
