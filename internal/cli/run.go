// Package cli is the command line: flags in, one call to the packages below,
// text out. Nothing else in the program prints, exits or reads the environment.
package cli

import (
	"context"
	"errors"
	"io"

	"github.com/lanyard-cli/lanyard/internal/engine/render"
)

// Run executes one command line, without the program's name, and returns the
// exit code.
func Run(ctx context.Context, app *App, args []string) int {
	app.Begin()
	err := app.dispatch(ctx, args)
	if failed := app.Out.Err(); failed != nil {
		err = &outputError{failed}
	}
	switch {
	case errors.Is(err, errComplete):
		err = nil
	case ctx.Err() != nil:
		err = context.Cause(ctx)
	}
	return app.report(err, app.renderError)
}

// dispatch carries out a command of ours, also through an alias, and hands the
// commands of the AWS CLI to it.
func (app *App) dispatch(ctx context.Context, args []string) error {
	root := newRoot(app)
	root.SetIn(app.IO.In)
	root.SetOut(app.Out)
	root.SetErr(app.IO.Err)
	line, ours, err := app.route(root, args)
	if err != nil {
		return err
	}
	if !ours {
		return app.handOff(ctx, root, args, app.misspelled(root, args))
	}
	root.SetArgs(line)
	err = root.ExecuteContext(ctx)
	var help helpRequest
	var elsewhere *elsewhereError
	switch {
	case errors.As(err, &help):
		return help.cmd.Help()
	case errors.As(err, &elsewhere):
		return app.handOff(ctx, root, args, elsewhere.why)
	}
	return err
}

// render prints errors in the formats of results.
func (app *App) renderError(w io.Writer, format, title string, v any) error {
	return render.New(w, render.Options{
		Format: format, Title: title, Color: app.Flags.color == "on", Width: app.IO.Width, Terminal: app.IO.ErrTerminal,
	}).Print(v)
}
