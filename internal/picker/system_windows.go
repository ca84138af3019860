package picker

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/term"

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Hidden shows a prompt and reads one line that is not shown while it is typed. On Windows
// it notices the context's end with the next line only.
func (c *Console) Hidden(ctx context.Context, prompt string) (string, error) {
	if _, err := io.WriteString(c.Out, prompt); err != nil {
		return "", gone(err)
	}
	line, err := term.ReadPassword(int(c.In.Fd()))
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if err != nil {
		return "", gone(err)
	}
	return string(line), nil
}

// waitInput reports whether f has something to read, after at most d. A console
// also tells of events that are not input (a key let go, the window getting the
// focus): the read that follows then blocks until a key is pressed, and the end of
// a context is noticed only after that. Pipes are not waited for at all.
func waitInput(f *os.File, d time.Duration) (bool, error) {
	if !terminal.Is(f) {
		return true, nil
	}
	event, err := windows.WaitForSingleObject(windows.Handle(f.Fd()), uint32(d.Milliseconds()))
	switch {
	case err != nil:
		return false, fmt.Errorf("wait for input of %s: %w", f.Name(), err)
	case event == uint32(windows.WAIT_TIMEOUT):
		return false, nil
	}
	return true, nil
}

// prepareOutput makes a console understand escape sequences.
func prepareOutput(out io.Writer) (undo func()) {
	f, ok := out.(*os.File)
	if !ok {
		return func() {}
	}
	var mode uint32
	console := windows.Handle(f.Fd())
	if err := windows.GetConsoleMode(console, &mode); err != nil {
		return func() {}
	}
	if err := windows.SetConsoleMode(console, mode|windows.ENABLE_PROCESSED_OUTPUT|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING); err != nil {
		return func() {}
	}
	return func() { _ = windows.SetConsoleMode(console, mode) }
}
