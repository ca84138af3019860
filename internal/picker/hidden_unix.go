//go:build unix

package picker

import (
	"bytes"
	"context"
	"io"

	"golang.org/x/sys/unix"
)

// Hidden shows a prompt, which may be empty, and reads one line that is not shown
// while it is typed: not even by somebody who is faster than we are, because the
// prompt comes last. It returns the line with nothing cut off but its end. Others may write to the terminal meanwhile, and
// Ctrl-C is a signal as ever. The line is what the terminal makes of it: there is
// no editing beyond its own.
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
