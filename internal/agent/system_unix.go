//go:build unix

// Where the agent listens on Unix systems: a socket, its folder, and the lock beside it.

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

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/owner"
)

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

// LogPath returns where the agent at an address writes its log when its stderr goes
// nowhere.
func LogPath(address string) (string, error) {
	return address + ".log", makeFolder(address)
}

// HomeID identifies a home folder by its ~/.aws, whatever path leads there: a container
// may have mounted it at another one. "" means that there is no ~/.aws yet.
func HomeID(home string) string {
	info, err := os.Stat(filepath.Join(home, ".aws"))
	if err != nil {
		return ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return ""
	}
	return fmt.Sprintf("%d:%d", st.Dev, st.Ino)
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
	// For Holder. If this fails, Holder reports that the lock does not name a process.
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

// maxPath is the longest path of a socket, on the system where it is shortest.
const maxPath = 103

func checkLength(address string) error {
	if len(address) > maxPath {
		return fmt.Errorf("its path is longer than the %d bytes that a socket's may have", maxPath)
	}
	return nil
}

// makeFolder makes the folder of the socket, if need be, and checks that this user
// owns it.
func makeFolder(address string) error {
	dir := filepath.Dir(address)
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return checkOurs(dir)
}

// checkOurs returns an error for a folder that other users own or can write to.
func checkOurs(dir string) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	uid, _, ok := owner.Of(info)
	if !info.IsDir() || !ok || uid != os.Geteuid() || info.Mode().Perm()&0o022 != 0 {
		return fmt.Errorf("%s is not a folder that only this user can write to", dir)
	}
	return nil
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

// removeSocket removes the socket of an agent that died: a living one would hold the
// lock. It removes nothing else.
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

// Watch returns a function that returns an error once the socket at the address is gone
// or is another one. The function also keeps the socket young: some systems remove old
// temporary files.
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

// nobodyListens reports whether an error means that there is no agent.
func nobodyListens(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOTDIR)
}

// queueFull reports whether an error means that too many clients wait to be accepted.
func queueFull(err error) bool { return errors.Is(err, syscall.EAGAIN) }

// Holder returns the process that holds the agent's lock, whether or not it still
// answers. [ErrNone] means that no process holds it.
func Holder(ctx context.Context, address string) (pid int, err error) {
	lock, err := filelock.Try(address + ".lock")
	if err == nil {
		lock.Release()
	}
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("%w at %s", ErrNone, address)
	}
	text, err := datafile.Read(address+".lock", datafile.Limit)
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

// A peer is the process at the other end of a connection.
type peer struct{ uid, pid int }

// checkPeer refuses another user at the other end.
func checkPeer(conn net.Conn) error {
	p, err := peerOf(conn)
	if err == nil && p.uid != os.Geteuid() {
		err = fmt.Errorf("%w (%d)", ErrForeign, p.uid)
	}
	return err
}

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

// openFiles returns how many files the process may have open.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 256 // of the least generous system, macOS
	}
	return int(min(uint64(limit.Cur), 1<<20)) //nolint:unconvert // signed on FreeBSD
}
