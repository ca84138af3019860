package command

import (
	"context"
	"errors"
	"os"

	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/style"
)

// Console returns the console on stdin and stderr. Call it only if IO.Terminal is true. A
// command line has one Console, because it buffers the keys that the user types early.
func (app *App) Console() *picker.Console {
	if app.talk.console == nil {
		in, _ := app.IO.In.(*os.File) // a terminal is always a file
		app.talk.console = &picker.Console{In: in, Out: app.IO.Err, Dumb: style.Dumb(app.Env.Lookup), Style: app.ErrStyle()}
	}
	return app.talk.console
}

// ExplainConsole turns an error of a Console into the error that ends the command.
func (app *App) ExplainConsole(err error) error {
	switch {
	case errors.Is(err, picker.ErrCancelled):
		return ErrInterrupted
	case errors.Is(err, picker.ErrGone):
		return errors.New("the terminal was closed; nothing was written")
	}
	return err
}

// Confirm asks a question on the terminal. If confirmed (--yes) is set, Confirm does not ask. If
// the answer is no, it returns ErrInterrupted.
func (app *App) Confirm(ctx context.Context, confirmed bool, question string, byDefault bool) error {
	if confirmed {
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
