// Package cli is the command line: flags in, one call to the packages below,
// text out. Nothing else in the program prints, exits or reads the environment.
package cli

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"github.com/lanyard-cli/lanyard/internal/engine/render"
	"github.com/lanyard-cli/lanyard/internal/picker"
)

// App holds everything that a command takes from the outside world. Main fills
// it with the real thing.
type App struct {
	Name           string // how the program was called: "lanyard", or "aws" through a link
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	LookupEnv      func(string) (string, bool)
	Environ        func() []string
	Now            func() time.Time

	// Each stream counts as a terminal for its own use only.
	Terminal                       bool // stdin and stderr are: a user can be asked
	StdoutTerminal, StderrTerminal bool
	Width                          int // of the terminal that stdout is; 0 if unknown

	// OpenURL shows a page to the person.
	OpenURL func(ctx context.Context, url string) error

	// Transport makes the HTTP requests; nil means one made from the flags,
	// the environment and the profile.
	Transport http.RoundTripper

	// Hold holds interrupts back until release is called.
	Hold func() (release func())

	flags globalFlags
	given func(flag string) bool // says which global flags were; nil before they are read
	log   *slog.Logger
	out   *checkedWriter
	con   *picker.Console // nil until the person is asked something

	errorFormat string // the profile's cli_error_format

	warned map[string]bool // by text: each warning is given once
}

// A checkedWriter remembers the first failure to write: half an answer must not
// look like one. Text for a terminal is made harmless on its way.
type checkedWriter struct {
	w    io.Writer
	text *transform.Writer // to w; nil unless w is a terminal
	err  error
}

func newCheckedWriter(w io.Writer, terminal bool) *checkedWriter {
	c := &checkedWriter{w: w}
	if terminal {
		c.text = transform.NewWriter(w, runes.Map(render.HarmlessRune))
	}
	return c
}

func (c *checkedWriter) Write(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	var n int
	if c.text != nil {
		n, c.err = c.text.Write(p)
	} else {
		n, c.err = c.w.Write(p)
	}
	return n, c.err
}

// raw returns the writer for output that is harmless already, such as a table with
// colours.
func (c *checkedWriter) raw() io.Writer {
	return writerFunc(func(p []byte) (n int, err error) {
		if c.err == nil {
			n, c.err = c.w.Write(p)
		}
		return n, c.err
	})
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

// getenv returns "" for a variable that is not set.
func (app *App) getenv(name string) string {
	v, _ := app.LookupEnv(name)
	return v
}

// Run executes one command line, without the program's name, and returns the
// exit code.
func (app *App) Run(ctx context.Context, args []string) int {
	app.out = newCheckedWriter(app.Stdout, app.StdoutTerminal)
	app.log = slog.New(slog.DiscardHandler)
	err := app.dispatch(ctx, args)
	if app.out.err != nil {
		err = &outputError{app.out.err}
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
	root.SetIn(app.Stdin)
	root.SetOut(app.out)
	root.SetErr(app.Stderr)
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
