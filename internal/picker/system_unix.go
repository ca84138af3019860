//go:build unix

package picker

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

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
