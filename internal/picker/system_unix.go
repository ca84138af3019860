//go:build unix

package picker

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Hidden prints a prompt, which can be empty, and reads one line without showing it. It
// switches the echo off before it prints the prompt, so that the first keys are also hidden.
// It returns the line without its end, and keeps white space. The terminal edits the line.
// Ctrl-C sends a signal as usual. Other goroutines can write to the terminal at the same
// time.
func (c *Console) Hidden(ctx context.Context, prompt string) (string, error) {
	fd := int(c.In.Fd())
	if IsTerminal(c.In) {
		before, err := unix.IoctlGetTermios(fd, getTermios)
		if err != nil {
			return "", gone(err)
		}
		silent := *before
		silent.Lflag &^= unix.ECHO
		silent.Lflag |= unix.ICANON | unix.ISIG
		silent.Iflag |= unix.ICRNL
		if err := unix.IoctlSetTermios(fd, setTermios, &silent); err != nil {
			return "", gone(err)
		}
		defer func() { _ = unix.IoctlSetTermios(fd, setTermios, before) }()
	}
	if _, err := io.WriteString(c.Out, prompt); err != nil {
		return "", gone(err)
	}
	for {
		if i := bytes.IndexByte(c.ahead, '\n'); i >= 0 {
			line := string(bytes.TrimSuffix(c.ahead[:i], []byte("\r")))
			c.drop(i + 1)
			return line, nil
		}
		more, err := c.fill(ctx, slice)
		if err != nil {
			return "", err
		}
		if !more && len(c.ahead) > maxPaste {
			return "", gone(io.ErrShortBuffer)
		}
	}
}

// waitInput waits at most for d and reports whether f can be read without blocking. It uses
// select because poll does not support terminals on every macOS version.
func waitInput(f *os.File, d time.Duration) (bool, error) {
	fd := int(f.Fd())
	if fd < 0 || fd >= unix.FD_SETSIZE {
		return false, fmt.Errorf("wait for input of %s: file descriptor %d", f.Name(), fd)
	}
	var set unix.FdSet
	set.Set(fd)
	timeout := unix.NsecToTimeval(d.Nanoseconds())
	n, err := unix.Select(fd+1, &set, nil, nil, &timeout)
	if errors.Is(err, unix.EINTR) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("wait for input of %s: %w", f.Name(), err)
	}
	return n > 0, nil
}

// prepareOutput does nothing, because terminals on Unix interpret escape sequences.
func prepareOutput(io.Writer) (undo func()) { return func() {} }
