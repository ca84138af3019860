package command

import (
	"context"
	"errors"
	"os"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/style"
)

// Console returns where the user is asked: stdin and stderr, if IO.Terminal is set. A
// command has one Console, because that holds what the user has typed ahead.
func (app *App) Console() *picker.Console {
	if app.talk.console == nil {
		in, _ := app.IO.In.(*os.File) // it is a file if it is a terminal
		app.talk.console = &picker.Console{In: in, Out: app.IO.Err, Dumb: style.Dumb(app.Env.Lookup), Style: app.ErrStyle()}
	}
	return app.talk.console
}

// ExplainConsole turns the end of a conversation into what ends a command.
func (app *App) ExplainConsole(err error) error {
	switch {
	case errors.Is(err, picker.ErrCancelled):
		return ErrInterrupted
	case errors.Is(err, picker.ErrGone):
		return errors.New("the terminal has gone away; nothing was written")
	}
	return err
}

// NeedsYes refuses a command that asks for a confirmation, if there is no terminal to
// ask on and --yes was not given. Commands call it before they print what they would do.
func (app *App) NeedsYes(cmd *cobra.Command, yes bool) error {
	if yes || app.IO.Terminal {
		return nil
	}
	return WithHint(Usagef("%q asks for a confirmation, and there is no terminal to ask on", commandPath(cmd)), "add --yes to do it without asking")
}

// Confirm asks the user on the terminal, unless --yes was given. A no ends the command.
func (app *App) Confirm(ctx context.Context, yes bool, question string, byDefault bool) error {
	if yes {
		return nil
	}
	ok, err := app.Console().Confirm(ctx, question, byDefault)
	if err != nil {
		return app.ExplainConsole(err)
	}
	if !ok {
		return ErrInterrupted
	}
	return nil
}
