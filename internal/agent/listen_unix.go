//go:build unix

package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
)

// Listen makes the socket of the agent. [ErrRunning] means that there is one. Close
// the lock after the listener.
func Listen(address string) (net.Listener, *filelock.Lock, error) {
	if err := checkLength(address); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", address, err)
	}
	if err := makeFolder(address); err != nil {
		return nil, nil, err
	}
	if err := checkLock(address + ".lock"); err != nil {
		return nil, nil, err
	}
	lock, err := filelock.Try(address + ".lock")
	if errors.Is(err, filelock.ErrBusy) {
		return nil, nil, ErrRunning
	}
	if err != nil {
		return nil, nil, err
	}
	if err := removeSocket(address); err != nil {
		lock.Release()
		return nil, nil, err
	}
	// For Holder; it is no worse off than by the socket alone if this fails.
	_ = os.WriteFile(address+".lock", []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
	// The socket has mode 0600 from the first moment.
	before := syscall.Umask(0o177)
	l, err := net.Listen("unix", address)
	syscall.Umask(before)
	if err != nil {
		lock.Release()
		return nil, nil, err
	}
	return l, lock, nil
}

// checkLock refuses what another program has put in the place of the lock.
func checkLock(path string) error {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil && info.Mode().IsRegular() {
		var text []byte
		if text, err = datafile.Read(path, datafile.Limit); err == nil && strings.Trim(string(text), "0123456789\n") == "" {
			return nil
		}
	}
	return errors.Join(fmt.Errorf("%s is there already, and is not an agent's", path), err)
}

// Watch returns what says that the socket at the address is not there any more, or
// another one. It keeps the socket young, for the sake of those who clean up.
func Watch(address string) (lost func() error) {
	before, err := os.Lstat(address)
	if err != nil {
		return func() error { return err }
	}
	return func() error {
		now, err := os.Lstat(address)
		if err == nil && !os.SameFile(before, now) {
			err = fmt.Errorf("%s is another one's", address)
		}
		_ = os.Chtimes(address, time.Now(), time.Now())
		return err
	}
}

// removeSocket removes what an agent has left that died: a living one would hold
// the lock. It removes nothing else.
func removeSocket(address string) error {
	info, err := os.Lstat(address)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("%s is there already, and is no socket", address)
	}
	if conn, err := net.Dial("unix", address); err == nil {
		_ = conn.Close()
		return fmt.Errorf("another program listens at %s", address)
	}
	return os.Remove(address)
}

func dial(ctx context.Context, address string, within time.Duration) (net.Conn, error) {
	if err := checkLength(address); err != nil {
		return nil, err
	}
	// On a busy machine the time may be over before the dialer has looked: that there
	// is no agent must not look like one that is silent.
	if _, err := os.Lstat(address); err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: within}
	return d.DialContext(ctx, "unix", address)
}

// nobodyListens says that an error means that there is no agent.
func nobodyListens(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOTDIR)
}

// queueFull says that too many wait for somebody who takes none.
func queueFull(err error) bool { return errors.Is(err, syscall.EAGAIN) }

// checkPeer refuses another user at the other end.
func checkPeer(conn net.Conn) error {
	p, err := peerOf(conn)
	if err == nil && p.uid != os.Geteuid() {
		err = fmt.Errorf("%w (%d)", ErrForeign, p.uid)
	}
	return err
}

// A peer is who is at the other end of a connection.
type peer struct{ uid, pid int }

// control calls f with the connection's descriptor.
func control(conn net.Conn, f func(fd int) error) error {
	unix, ok := conn.(*net.UnixConn)
	if !ok {
		return errors.New("not a connection to an agent")
	}
	raw, err := unix.SyscallConn()
	if err != nil {
		return err
	}
	err2 := raw.Control(func(fd uintptr) { err = f(int(fd)) })
	return errors.Join(err, err2)
}
