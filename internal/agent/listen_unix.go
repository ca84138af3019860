//go:build unix

package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lanyard/internal/filelock"
)

// maxPath is the longest path of a socket, on the system where it is shortest.
const maxPath = 103

// defaultAddress is in the folder that the system gives to each user while they
// are logged in, or else in one of our own among the temporary files.
func defaultAddress(lookupEnv func(string) (string, bool), name string) string {
	uid := strconv.Itoa(os.Geteuid())
	own, _ := lookupEnv("XDG_RUNTIME_DIR")
	for _, dir := range []string{own, "/run/user/" + uid} {
		if filepath.IsAbs(dir) && checkOurs(dir) == nil {
			return filepath.Join(dir, "lanyard", name+".sock")
		}
	}
	temp, _ := lookupEnv("TMPDIR") // on macOS that of the user alone
	if !filepath.IsAbs(temp) {
		temp = "/tmp"
	}
	return filepath.Join(temp, "lanyard-"+uid, name+".sock")
}

// checkOurs says what is wrong with a folder for sockets, which others could put
// things into.
func checkOurs(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !info.IsDir() || !ok || int(st.Uid) != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a folder that only this user can write to", dir)
	}
	return nil
}

// Listen makes the socket of the agent. [ErrRunning] means that there is one. Close
// the lock after the listener.
func Listen(address string) (net.Listener, *filelock.Lock, error) {
	if err := checkLength(address); err != nil {
		return nil, nil, fmt.Errorf("%s: %w", address, err)
	}
	if err := makeFolder(address); err != nil {
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
	before := syscall.Umask(0o177) // mode 0600 from the first moment
	l, err := net.Listen("unix", address)
	syscall.Umask(before)
	if err != nil {
		lock.Release()
		return nil, nil, err
	}
	return l, lock, nil
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
	return os.Remove(address)
}

// makeFolder makes the folder of the socket, if need be, and checks that it is this
// user's.
func makeFolder(address string) error {
	dir := filepath.Dir(address)
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return checkOurs(dir)
}

// LogPath is where the agent at an address writes what it does, when nobody reads
// its stderr.
func LogPath(address string) (string, error) {
	return strings.TrimSuffix(address, ".sock") + ".log", makeFolder(address)
}

func checkLength(address string) error {
	if len(address) > maxPath {
		return fmt.Errorf("its path is longer than the %d bytes that a socket's may have", maxPath)
	}
	return nil
}

func dial(ctx context.Context, address string, within time.Duration) (net.Conn, error) {
	if err := checkLength(address); err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: within}
	return d.DialContext(ctx, "unix", address)
}

// nobodyListens says that an error means that there is no agent.
func nobodyListens(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOTDIR)
}

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
