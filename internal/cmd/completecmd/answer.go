package completecmd

import (
	"bufio"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/shell"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Answer prints the answer to a completion request. See [shell.CompletionRequest]. args has the
// name of the shell and the words. If there is an error, Answer prints nothing.
func Answer(app *command.App, root *cobra.Command, args []string) {
	if len(args) < 2 {
		return
	}
	out := bufio.NewWriterSize(app.IO.Out, 64<<10)
	defer func() { _ = out.Flush() }()
	name, words := args[0], args[1:]
	var line shell.BashLine
	switch {
	case name == "bash" && len(words) == 2:
		line = shell.ParseBash(words[0], words[1])
		words = append(line.Words, line.Current)
	case name == "powershell": // each word follows a dot
		for i := range words {
			words[i] = strings.TrimPrefix(words[i], ".")
		}
	}
	last := len(words) - 1
	if line.File || complete(app, root, words[:last], words[last], func(v value) { print(out, name, line, v) }) {
		_, _ = out.WriteString(shell.CompleteFiles + "\n")
	}
}

// print prints a line of the answer. It leaves out values with control characters, because they
// would change the answer, and the terminal would obey them.
func print(out *bufio.Writer, name string, line shell.BashLine, v value) {
	if v.text == "" || !visible(v.text) {
		return
	}
	if name == "bash" {
		if text, ok := line.Replacement(v.text); ok {
			_, _ = out.WriteString(text)
			_ = out.WriteByte('\n')
		}
		return
	}
	separator := ""
	if v.about != "" && v.role != "" {
		separator = " · "
	}
	for _, s := range [...]string{shell.CompletionWord(name, v.text), "\t", v.about, separator, v.role, "\n"} {
		_, _ = out.WriteString(s)
	}
}

// visible reports whether a text has no control characters.
func visible(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' { // the check for other characters is slow
			return !strings.ContainsFunc(s, terminal.Active)
		}
	}
	return true
}
