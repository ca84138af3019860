//go:build !windows

package workspace

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// openTerminal opens the terminal of the process twice: for input and for output.
func openTerminal() (in, out *os.File, err error) {
	if in, err = os.OpenFile("/dev/tty", os.O_RDWR, 0); err != nil {
		return nil, nil, err
	}
	if out, err = os.OpenFile("/dev/tty", os.O_RDWR, 0); err != nil {
		_ = in.Close()
	}
	return in, out, err
}

// terminalID returns a text that the processes of one terminal share: the id of their session.
func terminalID() string {
	id, err := unix.Getsid(0)
	if err != nil {
		return ""
	}
	return strconv.Itoa(id)
}
