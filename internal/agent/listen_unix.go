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
	_ = os.WriteFile(address+".lock", []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600) // for Holder
	before := syscall.Umask(0o177)                                                   // mode 0600 from the first moment
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
	if conn, err := net.Dial("unix", address); err == nil {
		_ = conn.Close()
		return fmt.Errorf("another program listens at %s", address)
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
	return address + ".log", makeFolder(address)
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

// queueFull says that too many wait for somebody who takes none.
func queueFull(err error) bool { return errors.Is(err, syscall.EAGAIN) }

// Holder returns the process that holds the agent's lock, whether or not it still
// answers. [ErrNone] means that nobody does.
func Holder(ctx context.Context, address string) (pid int, err error) {
	lock, err := filelock.Try(address + ".lock")
	if err == nil {
		lock.Release()
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%w at %s", ErrNone, address)
	}
	text, err := os.ReadFile(address + ".lock")
	if err != nil {
		return 0, err
	}
	pid, err = strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || pid <= 1 {
		return 0, fmt.Errorf("%s.lock does not say which process holds it", address)
	}
	// The same number may be another process where this one cannot see the agent's.
	if conn, err := dial(ctx, address, LongPatience); err == nil {
		defer func() { _ = conn.Close() }()
		if p, err := peerOf(conn); err != nil || p.pid != pid {
			return 0, errors.New("the process that listens there cannot be seen from here")
		}
	}
	return pid, nil
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
