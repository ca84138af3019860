package shell

import (
	"embed"
	"strings"
)

// startUp has the parts of InitScript for each shell: the function use, its completion, and the
// hook of the prompt. In these texts, USE stands for the name of the function. startUp also has
// the texts of MarkScript.
//
//go:embed init
var startUp embed.FS

// InitShells lists the shells of [InitScript].
func InitShells() []string {
	return []string{"bash", "zsh", "fish", "nu", "xonsh", "elvish", "powershell"}
}

// UseFunction returns the usual name of the function that changes the profile of a shell. In
// elvish and nu, use is a word of the language.
func UseFunction(shell string) string {
	if shell == "elvish" || shell == "nu" {
		return "use-profile"
	}
	return "use"
}

// InitScript returns lines for the start-up file of a shell, one of [InitShells]. The lines
// define the function that changes the profile, and complete the command lines of the function
// and of lanyard. If prompt is true, the lines also put the profile into the prompt.
func InitScript(shell, function string, prompt bool, programs ...string) (string, error) {
	completion, err := CompletionScript(shell, programs...)
	if err != nil {
		return "", err
	}
	part := shell
	if shell == "bash" || shell == "zsh" {
		part = "posix"
	}
	text := strings.ReplaceAll(startUpPart("use."+part), "USE", function) + completion +
		strings.ReplaceAll(startUpPart("complete."+shell), "USE", function)
	if prompt {
		text += startUpPart("prompt." + shell)
	}
	return text, nil
}

// startUpPart returns a file of startUp, or "" for a part that the shell does not have.
func startUpPart(name string) string {
	text, _ := startUp.ReadFile("init/" + name)
	return string(text)
}

// MarkScript returns lines that put the text of the variable LANYARD_SHELL before the prompt. The
// shell is bash, zsh, sh, fish, elvish, xonsh, nu or powershell. MarkScript replaces each @NAME@
// with its quoted value, and @RC@ with rc, which it does not quote.
func MarkScript(shell string, values map[string]string, rc string) string {
	quote := POSIX.Quote
	switch shell {
	case "elvish":
		quote = quoteElvish
	case "xonsh":
		quote = python
	}
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "@"+name+"@", quote(value))
	}
	return strings.NewReplacer(append(pairs, "@RC@", rc)...).Replace(startUpPart("mark." + shell))
}
