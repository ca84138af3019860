package configurecmd

import (
	"errors"
	"fmt"
	"math"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/configfile"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// undoOptions are the flags of configure undo.
type undoOptions struct{ yes, show bool }

// newUndo returns the command configure undo.
func newUndo(app *command.App) *cobra.Command {
	var o undoOptions
	cmd := &cobra.Command{
		Use:   "undo",
		Short: "Undo the last change of the config",
		Long: `Undo the last change that lanyard made to the config or the credentials file.
lanyard shows the change first: before the question, at most 40 lines of each
file. --dry-run prints all lines. A second undo restores the change.

If another program has changed the file since then, lanyard does not change the
file. Without a terminal, --yes is required.`,
		Example: `# show what would change
lanyard configure undo --dry-run
lanyard configure undo --yes`,
		Args: cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return undo(app, cmd, o) },
	}
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	cmd.Flags().BoolVar(&o.show, "dry-run", false, "print the change without making it")
	return cmd
}

// shownLines is the number of lines of a file's difference that undo prints before its question.
const shownLines = 40

// undo prints the last change of the config and takes it back.
func undo(app *command.App, cmd *cobra.Command, o undoOptions) error {
	ctx := cmd.Context()
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	changes, err := lastChanges(w, w.In.Config.Path, w.In.Credentials.Path)
	if err != nil {
		return err
	}
	if err := cmdline.NeedsYes(app, cmd, o.yes || o.show); err != nil {
		return err
	}
	limit, left := math.MaxInt, 0
	if !o.show && !o.yes {
		limit = shownLines
	}
	for _, c := range changes {
		n, err := w.PrintDiffHead(c.Path, c.After, c.Before, limit)
		if err != nil {
			return err
		}
		left += n
	}
	if left > 0 {
		app.Hint(fmt.Sprintf("%d more %s; to see the whole difference, run: %s configure undo --dry-run", left, output.Plural(left, "line"), app.Name))
	}
	if o.show {
		return nil
	}
	last := changes[0]
	question := fmt.Sprintf("Undo %q of %s? [Y/n] ", last.What, last.When.Local().Format("2006-01-02 15:04"))
	if err := app.Confirm(ctx, o.yes, question, true); err != nil {
		return err
	}
	for _, c := range changes {
		if err := w.Editor().Undo(ctx, c); err != nil {
			return explainUndo(err)
		}
	}
	fmt.Fprintf(app.IO.Err, "%s: undone: %s\n", app.Name, terminal.Printable(last.What))
	return nil
}

// lastChanges returns the last change. If the same command also changed the other file,
// lastChanges returns both changes.
func lastChanges(w *workspace.Workspace, paths ...string) ([]*configfile.Record, error) {
	last, err := w.Editor().Last(paths...)
	if err != nil {
		return nil, explainUndo(err)
	}
	if last == nil {
		return nil, &command.CommandError{Msg: "there is no change to undo"}
	}
	changes := []*configfile.Record{last}
	for _, path := range paths {
		r, err := w.Editor().Last(path)
		if err == nil && r != nil && r.Path != last.Path && r.When.Equal(last.When) && r.What == last.What {
			changes = append(changes, r)
		}
	}
	return changes, nil
}

// explainUndo adds a hint to the error for a file that has changed since the edit.
func explainUndo(err error) error {
	var changed *configfile.ChangedError
	if errors.As(err, &changed) {
		return command.WithHint(err, "%s", changed.Hint)
	}
	return workspace.ExplainEdit(err)
}
