package cli

import (
	"errors"
	"os"

	"lanyard/internal/picker"
)

// console is where the person is asked: stdin and stderr, which are a terminal
// wherever App.Terminal is set. It must be one for a whole conversation.
func (app *App) console() *picker.Console {
	if app.con == nil {
		in, _ := app.Stdin.(*os.File) // it is one where a person sits at it
		_, plain := app.LookupEnv("NO_COLOR")
		term := app.getenv("TERM")
		app.con = &picker.Console{In: in, Out: app.Stderr, Dumb: term == "" || term == "dumb", Color: !plain}
	}
	return app.con
}

// explainConsole turns the end of a conversation into what ends a command.
func (app *App) explainConsole(err error) error {
	switch {
	case errors.Is(err, picker.ErrCancelled):
		return errInterrupted
	case errors.Is(err, picker.ErrGone):
		return errors.New("the terminal has gone away; nothing was written")
	}
	return err
}
