package completecmd

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/completion"
	"github.com/lanyard-cli/lanyard/internal/shell"
)

// Answer prints the answer to a completion request. See [shell.CompletionRequest]. args has the
// name of the shell and the words. If there is an error, Answer prints nothing.
func Answer(app *command.App, root *cobra.Command, args []string) {
	r, ok := completion.Parse(args)
	if !ok {
		return
	}
	out := completion.NewWriter(app.IO.Out)
	defer func() { _ = out.Flush() }()
	if r.File || complete(app, root, r.Words, r.Current, func(v completion.Value) { r.Print(out, v) }) {
		_, _ = out.WriteString(shell.CompleteFiles + "\n")
	}
}
