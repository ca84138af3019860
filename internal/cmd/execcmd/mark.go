package execcmd

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// newMark returns the mark for a shell. Some shells read their start-up file only from a path. For
// these shells, newMark writes a file. The file reads the user's own start-up file and then marks
// the prompt. The file has no secrets. On Unix, the shell has replaced lanyard, so the first line
// of the file removes the file and its folder.
//
// text is the text of the mark. newMark uses text only for cmd; other shells read LANYARD_SHELL.
func newMark(name, text string, env command.Env) (mark, error) {
	switch name {
	case "fish":
		return mark{args: []string{"--init-command", shell.MarkScript(name, nil, "")}}, nil
	case "nu":
		return mark{args: []string{"--execute", shell.MarkScript(name, nil, "")}}, nil
	case "powershell":
		return mark{args: []string{"-NoExit", "-Command", shell.MarkScript(name, nil, "")}}, nil
	case "cmd":
		prompt := env.Get("PROMPT")
		if prompt == "" {
			prompt = "$P$G"
		}
		return mark{vars: setting{{"PROMPT", "(" + strings.ReplaceAll(text, "$", "$$") + ") " + prompt}}}, nil
	}
	dir, err := os.MkdirTemp("", "lanyard-shell-")
	if err != nil {
		return mark{}, err
	}
	m := mark{dir: dir}
	home, ok := userpath.Home(env.Lookup)
	if !ok {
		m.remove()
		return mark{}, errors.New("no home folder")
	}
	values, file, rc := map[string]string{"DIR": dir}, filepath.Join(dir, "rc"), ""
	switch name {
	case "bash":
		m.args = []string{"--rcfile", file}
	case "sh":
		values["ENV"] = env.Get("ENV")
		m.vars = setting{{"ENV", file}}
	case "zsh":
		values["ZDOTDIR"] = env.Get("ZDOTDIR")
		file = filepath.Join(dir, ".zshenv")
		m.vars = setting{{"ZDOTDIR", dir}}
	case "elvish":
		file = filepath.Join(dir, "rc.elv")
		m.args = []string{"-rc", file}
		rc = elvishRC(home, env)
	case "xonsh":
		file = filepath.Join(dir, "rc.xsh")
		m.args = append(append([]string{"--rc"}, xonshRC(home, env)...), file)
	}
	if err := os.WriteFile(file, []byte(shell.MarkScript(name, values, rc)), 0o600); err != nil {
		m.remove()
		return mark{}, err
	}
	return m, nil
}

// elvishRC returns the text of the user's start-up file of elvish. If the new file evaluated the
// user's file instead, it would not get the functions of the user's file.
func elvishRC(home string, env command.Env) string {
	config := env.Get("XDG_CONFIG_HOME")
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	for _, path := range []string{filepath.Join(home, ".elvish", "rc.elv"), filepath.Join(config, "elvish", "rc.elv")} {
		if text, err := datafile.Read(path, datafile.Limit); err == nil {
			return string(text)
		}
	}
	return ""
}

// xonshRC returns the paths of the existing start-up files of xonsh, in the order of xonsh.
func xonshRC(home string, env command.Env) []string {
	config := env.Get("XDG_CONFIG_HOME")
	if config == "" {
		config = filepath.Join(home, ".config")
	}
	paths := []string{"/etc/xonsh/xonshrc", filepath.Join(config, "xonsh", "rc.xsh"), filepath.Join(home, ".xonshrc")}
	if own := env.Get("XONSHRC"); own != "" {
		paths = strings.Split(own, string(os.PathListSeparator))
	}
	dirs := []string{"/etc/xonsh/rc.d", filepath.Join(config, "xonsh", "rc.d")}
	if own := env.Get("XONSHRC_DIR"); own != "" {
		dirs = strings.Split(own, string(os.PathListSeparator))
	}
	var found []string
	for _, path := range append(paths, dirs...) {
		if _, err := os.Stat(path); err == nil {
			found = append(found, path)
		}
	}
	return found
}
