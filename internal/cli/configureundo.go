package cli

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"lanyard/internal/configfile"
)

func newConfigureUndo(app *App) *cobra.Command {
	var yes, show bool
	cmd := &cobra.Command{
		Use:   "undo",
		Short: "Take the last change of the config back",
		Long: `Show what the last change of the config or the credentials file was, and take it
back. Doing so is a change itself: a second undo restores it. A file that has been
changed since by another program is left alone.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return app.configureUndo(cmd.Context(), yes, show) },
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	cmd.Flags().BoolVar(&show, "dry-run", false, "show what would change, and change nothing")
	return cmd
}

func (app *App) configureUndo(ctx context.Context, yes, show bool) error {
	w, err := app.world()
	if err != nil {
		return err
	}
	last, err := app.editor().Last(w.in.Config.Path, w.in.Credentials.Path)
	if err != nil {
		return explainEdit(err)
	}
	if last == nil {
		return &commandError{"there is no change to take back"}
	}
	fmt.Fprint(app.out, configfile.Diff(last.Path, last.After, last.Before))
	if show {
		return nil
	}
	if !yes && app.Terminal {
		ok, err := app.console().Confirm(ctx, fmt.Sprintf("Take back %q of %s? [Y/n] ", last.What, last.When.Local().Format("2006-01-02 15:04")), true)
		if err != nil {
			return app.explainConsole(err)
		}
		if !ok {
			return errInterrupted
		}
	}
	if err := app.editor().Undo(ctx, last); err != nil {
		var changed *configfile.ChangedError
		if errors.As(err, &changed) {
			return withHint(err, "%s", changed.Hint)
		}
		return explainEdit(err)
	}
	fmt.Fprintf(app.Stderr, "%s: took back: %s\n", app.Name, printable(last.What))
	return nil
}
