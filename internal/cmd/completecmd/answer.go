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
	out := bufio.NewWriter(app.IO.Out)
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
	var values []value
	files := line.File
	if !files {
		values, files = complete(app, root, words[:last], words[last])
	}
	if files {
		_, _ = out.WriteString(shell.CompleteFiles + "\n")
		return
	}
	for _, v := range values {
		if strings.ContainsFunc(v.text, terminal.Active) || v.text == "" {
			continue // a control character would change the answer, and the terminal would obey it
		}
		text, ok := v.text, true
		switch name {
		case "bash":
			if text, ok = line.Replacement(v.text); !ok {
				continue
			}
			_, _ = out.WriteString(text + "\n")
			continue
		case "nu":
			text = quoteNu(text)
		case "powershell":
			text = shell.PowerShell.Word(text)
		}
		_, _ = out.WriteString(text + "\t" + oneLine(v.about) + "\n")
	}
}

// oneLine returns a description on one line, without control characters.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(terminal.Printable(s), func(r rune) bool { return r == '\t' || r == '\n' }), " ")
}

// quoteNu quotes a word for nu, because nu inserts values unchanged.
func quoteNu(s string) string {
	if shell.POSIX.Word(s) == s {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
