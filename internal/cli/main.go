// Package cli is the program. It handles signals, builds the tree of commands, and runs the
// command of a line or hands off the line to the AWS CLI. It returns the exit code. Start reading
// at [Main] and [Run].
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/cmd/emulatorcmd"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/picker"
)

// Main runs the program with the streams and the environment of the process, and returns
// the exit code.
func Main(args []string) int {
	args = emulatorcmd.BrowserArguments(args)
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	var held holder
	stop := held.watch(cancel)
	defer stop()

	var app *command.App
	app = &command.App{
		Name: programName(args),
		IO: command.Streams{
			In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
			Terminal:    picker.IsTerminal(os.Stdin) && picker.IsTerminal(os.Stderr),
			OutTerminal: picker.IsTerminal(os.Stdout), ErrTerminal: picker.IsTerminal(os.Stderr),
		},
		Env: command.Env{Lookup: os.LookupEnv, Environ: os.Environ},
		Now: time.Now,
		Open: func(ctx context.Context, url, text string) error {
			choice, err := browser.ParseChoice(text)
			if err != nil {
				return err
			}
			var out io.Writer // if nil, the browser's output is discarded
			if app.Flags.Debug {
				out = os.Stderr
			}
			return browser.OpenChoice(ctx, choice, url, browser.Names{}, os.Environ(), out)
		},
		Hold: held.hold,
	}
	app.IO.Width, app.IO.ErrWidth = width(os.Stdout), width(os.Stderr)
	if len(args) > 0 {
		args = args[1:]
	}
	return Run(ctx, app, args)
}

// width returns the columns of the terminal that f writes to, or 0.
func width(f *os.File) int {
	if !picker.IsTerminal(f) {
		return 0
	}
	columns, _, _ := term.GetSize(int(f.Fd())) // 0 after an error
	return columns
}

// programName returns "aws" if the program was started under that name. Otherwise it returns
// "lanyard".
func programName(args []string) string {
	if len(args) > 0 && strings.TrimSuffix(filepath.Base(args[0]), ".exe") == "aws" {
		return "aws"
	}
	return "lanyard"
}

// A holder ends the context at the first signal. The second signal ends the process at once.
// While the program writes a token to the disk, the holder delays this end.
type holder struct {
	mu      sync.Mutex
	holds   int
	pending func() // ends the process when the last hold is released; nil before a second signal
}

// watch handles signals until stop is called.
func (h *holder) watch(cancel context.CancelCauseFunc) (stop func()) {
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // nohup makes a program ignore it
		signal.Notify(signals, syscall.SIGHUP)
	}
	done := make(chan struct{})
	go func() {
		for n := 0; ; n++ {
			select {
			case <-signals:
				cancel(command.ErrInterrupted)
				if n > 0 {
					h.end()
				}
			case <-done:
				return
			}
		}
	}()
	return func() { signal.Stop(signals); close(done) }
}

// end ends the process. If a hold is active, the process ends when the last hold is released.
func (h *holder) end() {
	h.mu.Lock()
	defer h.mu.Unlock()
	exit := func() { os.Exit(command.ExitInterrupted) }
	if h.holds > 0 {
		h.pending = exit
		return
	}
	exit()
}

// hold delays the end of the process until release is called.
func (h *holder) hold() (release func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.holds++
	return sync.OnceFunc(func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.holds--; h.holds == 0 && h.pending != nil {
			h.pending()
		}
	})
}
