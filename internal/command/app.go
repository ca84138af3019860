package command

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/lanyard-cli/lanyard/internal/picker"
)

// App is what every command gets: the outside world, the global flags, and the way to
// report. Main fills it with the real thing.
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

	Flags Globals // read-only once they are parsed
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
