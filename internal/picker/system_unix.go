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

	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Hidden shows a prompt, which may be empty, and reads one line that is not shown while
// it is typed. It shows the prompt last, so that a user who types at once is not seen
// either. It returns the line with nothing cut off but its end. Other goroutines may write
// to the terminal meanwhile, and Ctrl-C is a signal as ever. The terminal itself edits the
// line.
func (c *Console) Hidden(ctx context.Context, prompt string) (string, error) {
	fd := int(c.In.Fd())
	if terminal.Is(c.In) {
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

// waitInput reports whether f can be read without blocking, after at most d. It
// uses select: poll does not know terminals on every macOS.
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

// prepareOutput has nothing to do: terminals know escape sequences.
func prepareOutput(io.Writer) (undo func()) { return func() {} }
