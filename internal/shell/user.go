package shell

import (
	"os"
	"runtime"
	"strings"
)

// OfUser returns the user's shell: bash, zsh, fish or powershell. It returns bash for any other
// shell in $SHELL. lookup looks up an environment variable.
func OfUser(lookup func(name string) (string, bool)) string {
	if runtime.GOOS == "windows" {
		return "powershell"
	}
	path, _ := lookup("SHELL")
	switch name := path[strings.LastIndexByte(path, '/')+1:]; name {
	case "zsh", "fish":
		return name
	case "pwsh":
		return "powershell"
	}
	return "bash"
}

// PathLine returns the line that puts a folder at the front of PATH. file is the start-up file of a
// shell of [OfUser] for this line.
func PathLine(name, dir string) (line, file string) {
	switch name {
	case "zsh":
		return "export PATH=" + POSIX.Word(dir) + `:"$PATH"`, "~/.zshrc"
	case "fish":
		return "fish_add_path --move " + Fish.Quote(dir), "~/.config/fish/config.fish"
	case "powershell":
		return `$Env:PATH = ` + PowerShell.Quote(dir+string(os.PathListSeparator)) + ` + $Env:PATH`, "$PROFILE"
	}
	return "export PATH=" + POSIX.Word(dir) + `:"$PATH"`, "~/.bashrc"
}
