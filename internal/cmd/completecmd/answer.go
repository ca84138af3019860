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
	instead := shell.CompleteFiles
	if !r.File {
		instead = complete(app, root, r.Words, r.Current, func(v completion.Value) { r.Print(out, v) })
	}
	if instead != "" {
		_, _ = out.WriteString(instead + "\n")
	}
}
