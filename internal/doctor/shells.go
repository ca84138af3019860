package doctor

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

func shellChecks() []Check {
	return []Check{{"completion", "completion", "the start-up file of the user's shell, or a package, completes the command lines of lanyard", checkCompletion}}
}

// startUpFiles returns the start-up files of a shell, relative to the home folder.
func startUpFiles(name string) []string {
	switch name {
	case "zsh":
		return []string{".zshrc", ".zprofile", ".zshenv", ".zsh/.zshrc", ".config/zsh/.zshrc"}
	case "fish":
		return []string{".config/fish/config.fish", ".config/fish/completions/lanyard.fish"}
	case "bash":
		return []string{".bashrc", ".bash_profile", ".profile", ".bash_aliases", ".bash_completion", ".local/share/bash-completion/completions/lanyard"}
	}
	return nil
}

// packagedFiles lists the places where packages install completion scripts.
func packagedFiles() []string {
	var list []string
	for _, prefix := range []string{"/usr/share/", "/usr/local/share/", "/opt/homebrew/share/", "/home/linuxbrew/.linuxbrew/share/"} {
		list = append(list, prefix+"bash-completion/completions/lanyard", prefix+"zsh/site-functions/_lanyard", prefix+"zsh/vendor-completions/_lanyard", prefix+"fish/vendor_completions.d/lanyard.fish")
	}
	return append(list, "/opt/homebrew/etc/bash_completion.d/lanyard", "/usr/local/etc/bash_completion.d/lanyard")
}

// checkCompletion looks for the completion of the user's shell.
func checkCompletion(_ context.Context, p *Patient) []Finding {
	if p.W.NoHome != nil || p.env("SHELL") == "" || runtime.GOOS == "windows" {
		return []Finding{notChecked("SHELL does not name your shell")}
	}
	name := shell.OfUser(p.W.App.Env.Lookup)
	if base := filepath.Base(p.env("SHELL")); base != name {
		return []Finding{notChecked("lanyard does not know where %s keeps its start-up files", base)}
	}
	for _, path := range packagedFiles() {
		if _, err := os.Stat(p.system(path)); err == nil && strings.Contains(path, name) {
			return []Finding{ok("for %s, in %s", name, path)}
		}
	}
	for _, file := range startUpFiles(name) {
		text, err := datafile.Read(filepath.Join(p.W.Home, filepath.FromSlash(file)), datafile.Limit)
		if err != nil {
			continue // the file does not exist, or only the user's shell can read it
		}
		if strings.Contains(string(text), "lanyard init") || strings.Contains(string(text), "lanyard completion") || strings.HasSuffix(file, "lanyard") || strings.HasSuffix(file, "lanyard.fish") {
			return []Finding{ok("for %s, in ~/%s", name, file)}
		}
	}
	line := `eval "$(lanyard completion ` + name + `)"`
	if name == "fish" {
		line = "lanyard completion fish | source"
	}
	return []Finding{warning("no start-up file of %s has the completion of lanyard", name).fix("add this line to ~/%s\nline: %s", startUpFiles(name)[0], line)}
}
