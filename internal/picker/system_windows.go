package picker

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/windows"
	"golang.org/x/term"
)

// Hidden prints a prompt and reads one line without showing it. On Windows, it notices the
// end of ctx only after the next line.
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

// waitInput waits at most for d and reports whether f has input. A console also reports
// events that are not input, such as a released key or a focused window. The next read then
// blocks until the user presses a key, and the Console notices the end of a context only
// after that. For a pipe, waitInput returns true at once.
func waitInput(f *os.File, d time.Duration) (bool, error) {
	if !IsTerminal(f) {
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

// prepareOutput makes a console interpret escape sequences.
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
