// Package command has the parts that all commands share. The [App] holds the outside world
// and the global flags. Other parts are errors with an exit code and a hint, the only printer
// of errors, and help pages. It has no code for AWS or for sign-ins, and does not import cobra.
// errors.go explains how errors of other packages choose their exit codes.
package command

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/runes"
	"golang.org/x/text/transform"

	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/style"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// An App holds the outside world of one command line, its global flags, and the warnings that
// were printed. Several packages of commands use each field. State of a single command
// belongs in that command's package.
type App struct {
	Name string // the name of the program: "lanyard", or "aws" if a link has that name
	IO   Streams
	Out  *Writer // writes results to IO.Out and remembers a failure
	Env  Env
	Now  func() time.Time

	// Open opens a URL in a browser. choice is the text of a browser.Choice. "" means the user's
	// browser.
	Open func(ctx context.Context, url, choice string) error

	// Transport makes the HTTP requests. If it is nil, the workspace makes one from the
	// flags, the environment and the profile.
	Transport http.RoundTripper

	// Hold delays interrupts until release is called.
	Hold func() (release func())

	// TakePage gets each page of help. If it is nil, pages are written to Out.
	TakePage func(p *Page)

	Flags Globals // read-only after parsing: see WithProfile
	Log   *slog.Logger

	talk *talk
}

// Streams holds the standard streams of the process. It also says which streams are
// terminals.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer

	Terminal                 bool // In and Err are terminals: the user can answer questions
	OutTerminal, ErrTerminal bool
	Width, ErrWidth          int // of the terminals of Out and Err, in columns; 0 if unknown
}

// An Env gives access to the environment variables.
type Env struct {
	Lookup  func(name string) (string, bool)
	Environ func() []string
}

// Get returns the value of a variable, or "" if it is not set.
func (e Env) Get(name string) string {
	v, _ := e.Lookup(name)
	return v
}

// EnvOf returns the Env of a list of entries NAME=VALUE. If a name has several entries, EnvOf uses
// the last entry.
func EnvOf(entries []string) Env {
	return Env{
		Lookup: func(name string) (value string, ok bool) {
			for _, entry := range entries {
				if n, v, _ := strings.Cut(entry, "="); n == name {
					value, ok = v, true
				}
			}
			return value, ok
		},
		Environ: func() []string { return slices.Clone(entries) },
	}
}

// OutStyle returns the colours for text on stdout.
func (app *App) OutStyle() style.Palette {
	return style.New(app.IO.OutTerminal && terminal.Interprets(app.IO.Out), app.Env.Lookup, app.Flags.Color)
}

// ErrStyle returns the colours for text on stderr.
func (app *App) ErrStyle() style.Palette {
	return style.New(app.IO.ErrTerminal && terminal.Interprets(app.IO.Err), app.Env.Lookup, app.Flags.Color)
}

// Agreed reports whether the user has agreed to something in this process. Copies of an App share
// the answers.
func (app *App) Agreed(to string) bool {
	until, ok := app.talk.agreed.Load(to)
	return ok && (until.(time.Time).IsZero() || app.Now().Before(until.(time.Time)))
}

// Agree records that the user has agreed to something, until a time. The zero time means until the
// end of the process.
func (app *App) Agree(to string, until time.Time) { app.talk.agreed.Store(to, until) }

// A talk records the warnings and questions so far.
type talk struct {
	agreed      *sync.Map       // to what the user has agreed, and until when
	warned      map[string]bool // the texts of the warnings that were printed
	errorFormat string          // cli_error_format of the profile
	console     *picker.Console // nil until the first question
}

// Begin prepares the App for one command line.
func (app *App) Begin() {
	app.Out = NewWriter(app.IO.Out, app.IO.OutTerminal)
	app.Log = slog.New(slog.DiscardHandler)
	agreed := new(sync.Map)
	if app.talk != nil {
		agreed = app.talk.agreed
	}
	app.talk = &talk{agreed: agreed, warned: map[string]bool{}}
}

// WithProfile returns a copy of the App with another --profile. Both share the warnings
// that were printed and the console.
func (app *App) WithProfile(name string) *App {
	other := *app
	other.Flags.Profile = name
	return &other
}

// Debug turns on the log on stderr if --debug is set.
func (app *App) Debug() {
	if app.Flags.Debug {
		app.LogFrom(slog.LevelDebug)
	}
}

// LogFrom turns on the log on stderr, from this level upwards.
func (app *App) LogFrom(level slog.Level) {
	app.Log = slog.New(slog.NewTextHandler(app.IO.Err, &slog.HandlerOptions{Level: level}))
}

// A Writer writes results and remembers the first failure, so that a truncated result is
// reported as an error. On a terminal it replaces control characters.
type Writer struct {
	w    io.Writer
	text *transform.Writer // replaces control characters and writes to w; nil if w is not a terminal
	err  error
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer, isTerminal bool) *Writer {
	c := &Writer{w: w}
	if isTerminal {
		c.text = transform.NewWriter(w, runes.Map(terminal.HarmlessRune))
	}
	return c
}

// Write writes p. On a terminal, it replaces control characters.
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

// Raw returns a writer that does not replace control characters. Use it for coloured text.
// First clean text of servers and users with [terminal.Printable].
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
