// Package command is what every command gets: the [App] with the outside world and the
// global flags, errors that carry an exit code and a hint, the one printer of errors, and
// what commands of cobra have in common. It knows no domain: see errors.go for how the
// errors of other packages choose their exit codes.
package command

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// App is the outside world of one command line, its global flags, and the way to
// report. A field is here because several command packages use it; what one command needs
// is a value of its own.
type App struct {
	Name string // how the program was called: "lanyard", or "aws" through a link
	IO   Streams
	Out  *Writer // where answers are written: IO.Out, watched
	Env  Env
	Now  func() time.Time

	// Open shows a page to the user.
	Open func(ctx context.Context, url string) error

	// Transport makes the HTTP requests; nil means one made from the flags,
	// the environment and the profile.
	Transport http.RoundTripper

	// Hold holds interrupts back until release is called.
	Hold func() (release func())

	Flags Globals // read-only once they are parsed: see ReadFlags and WithProfile
	Log   *slog.Logger

	talk *talk
}

// Streams are those of the process. Each counts as a terminal for its own use only.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	Terminal                 bool // In and Err are: a user can be asked
	OutTerminal, ErrTerminal bool
	Width                    int // of the terminal that Out is; 0 if unknown
}

// Env is the environment.
type Env struct {
	Lookup  func(name string) (string, bool)
	Environ func() []string
}

// Get returns "" for a variable that is not set.
func (e Env) Get(name string) string {
	v, _ := e.Lookup(name)
	return v
}

// OutStyle returns the colours for text on stdout.
func (app *App) OutStyle() style.Palette {
	return style.New(app.IO.OutTerminal, app.Env.Lookup, app.Flags.Color)
}

// ErrStyle returns the colours for text on stderr.
func (app *App) ErrStyle() style.Palette {
	return style.New(app.IO.ErrTerminal, app.Env.Lookup, app.Flags.Color)
}

// A talk is what was said to the user and asked so far.
type talk struct {
	warned      map[string]bool // by text: each warning is given once
	errorFormat string          // the profile's cli_error_format
	console     *picker.Console // nil until the user is asked something
}

// Begin readies the App for one command line.
func (app *App) Begin() {
	app.Out = NewWriter(app.IO.Out, app.IO.OutTerminal)
	app.Log = slog.New(slog.DiscardHandler)
	app.talk = &talk{warned: map[string]bool{}}
}

// WithProfile is the App of a command line that names another profile. What was said
// and asked is the same.
func (app *App) WithProfile(name string) *App {
	other := *app
	other.Flags.Profile = name
	return &other
}

// Debug lets the App log on stderr, if --debug asks for it.
func (app *App) Debug() {
	if app.Flags.Debug {
		app.LogFrom(slog.LevelDebug)
	}
}

// LogFrom lets the App log on stderr what has the level, or a higher one.
func (app *App) LogFrom(level slog.Level) {
	app.Log = slog.New(slog.NewTextHandler(app.IO.Err, &slog.HandlerOptions{Level: level}))
}

// A Writer remembers the first failure to write: half an answer must not look like
// one. Text for a terminal is made harmless on its way.
type Writer struct {
	w    io.Writer
	text *transform.Writer // to w; nil unless w is a terminal
	err  error
}

// NewWriter returns a Writer to w, which may be a terminal.
func NewWriter(w io.Writer, isTerminal bool) *Writer {
	c := &Writer{w: w}
	if isTerminal {
		c.text = transform.NewWriter(w, runes.Map(terminal.HarmlessRune))
	}
	return c
}

// Write makes the text harmless if it is for a terminal.
func (c *Writer) Write(p []byte) (int, error) {
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

// Err returns the first failure to write, or nil.
func (c *Writer) Err() error { return c.err }

// Raw returns the writer for output that is harmless already, such as a table with
// colours.
func (c *Writer) Raw() io.Writer {
	return writerFunc(func(p []byte) (n int, err error) {
		if c.err == nil {
			n, c.err = c.w.Write(p)
		}
		return n, c.err
	})
}

type writerFunc func(p []byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }
