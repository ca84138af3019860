//go:build unix

// This file has the agent's socket on Unix systems, its folder and its lock.

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
	"github.com/lanyard-cli/lanyard/internal/peer"
)

// defaultAddress returns a path in the runtime folder of the user, or in the folder for
// temporary files if the user has no runtime folder.
func defaultAddress(lookupEnv func(string) (string, bool), name string) string {
	uid := strconv.Itoa(os.Geteuid())
	own, _ := lookupEnv("XDG_RUNTIME_DIR")
	for _, dir := range []string{own, "/run/user/" + uid} {
		if filepath.IsAbs(dir) && checkOurs(dir) == nil {
			return filepath.Join(dir, "lanyard", name+".sock")
		}
	}
	temp, _ := lookupEnv("TMPDIR") // on macOS each user has their own
	if !filepath.IsAbs(temp) {
		temp = "/tmp"
	}
	return filepath.Join(temp, "lanyard-"+uid, name+".sock")
}

// LogPath returns the log file of the agent at an address, for an agent without stderr.
func LogPath(address string) (string, error) {
	return address + ".log", makeFolder(address)
}

// HomeID returns a text that identifies a home folder by the device and inode of its ~/.aws.
// A path is not enough, because a container may mount the folder at another path. It returns
// "" if ~/.aws does not exist.
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

// Listen creates the socket of the agent. It returns [ErrRunning] if another agent uses the
// address. The caller must release the lock after closing the listener.
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
	// Write the pid for PID. If this fails, PID returns an error.
	_ = os.WriteFile(address+".lock", []byte(strconv.Itoa(os.Getpid())+"\n"), 0o600)
	// Set the umask, so that the socket has mode 0600 from the start.
	before := syscall.Umask(0o177)
	l, err := net.Listen("unix", address)
	syscall.Umask(before)
	if err != nil {
		lock.Release()
		return nil, nil, err
	}
	return l, lock, nil
}

// maxPath is the maximum length of a socket's path. It is the smallest limit of all Unix
// systems.
const maxPath = 103

func checkLength(address string) error {
	if len(address) > maxPath {
		return fmt.Errorf("the path is too long for a socket: %d bytes, at most %d are allowed", len(address), maxPath)
	}
	return nil
}

// makeFolder creates the folder of the socket if needed, and checks that only this user can
// write to it.
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

// checkLock returns an error if the file at path exists and is not the lock of an agent.
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
	return errors.Join(fmt.Errorf("%s exists and is not the lock of an agent", path), err)
}

// removeSocket removes the socket that a dead agent has left. The caller holds the agent's
// lock, so no agent is running. removeSocket returns an error if the file is not a socket, or
// if another program listens there.
func removeSocket(address string) error {
	info, err := os.Lstat(address)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case info.Mode()&fs.ModeSocket == 0:
		return fmt.Errorf("%s exists and is not a socket", address)
	}
	if conn, err := net.Dial("unix", address); err == nil {
		_ = conn.Close()
		return fmt.Errorf("%s is in use by another program", address)
	}
	return os.Remove(address)
}

// Watch returns a function that returns an error if the socket at the address was removed
// or replaced. The function also updates the time of the socket, because some systems
// remove old temporary files.
func Watch(address string) (check func() error) {
	before, err := os.Lstat(address)
	if err != nil {
		return func() error { return err }
	}
	return func() error {
		now, err := os.Lstat(address)
		if err == nil && !os.SameFile(before, now) {
			err = fmt.Errorf("%s was replaced by another process", address)
		}
		_ = os.Chtimes(address, time.Now(), time.Now())
		return err
	}
}

func dial(ctx context.Context, address string, within time.Duration) (net.Conn, error) {
	if err := checkLength(address); err != nil {
		return nil, err
	}
	// On a busy machine the timeout may end before the dialer has opened the socket. Check first
	// whether the socket exists. Otherwise dial would report a missing agent as silent.
	if _, err := os.Lstat(address); err != nil {
		return nil, err
	}
	d := net.Dialer{Timeout: within}
	return d.DialContext(ctx, "unix", address)
}

// notListening reports whether err means that no agent is running.
func notListening(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ECONNREFUSED) || errors.Is(err, syscall.ENOTDIR)
}

// queueFull reports whether err means that too many clients are waiting to be accepted.
func queueFull(err error) bool { return errors.Is(err, syscall.EAGAIN) }

// PID returns the pid of the agent at an address, even if the agent does not answer. It
// returns [ErrNone] if no process holds the agent's lock.
func PID(ctx context.Context, address string) (pid int, err error) {
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
		return 0, fmt.Errorf("%s.lock does not contain the pid of the agent", address)
	}
	// In another pid namespace, such as a container, the pid may be another process.
	if conn, err := dial(ctx, address, LongPatience); err == nil {
		defer func() { _ = conn.Close() }()
		if p, err := peer.Of(conn); err != nil || p.PID != pid {
			return 0, errors.New("the agent runs in another container, so its pid is unknown")
		}
	}
	return pid, nil
}

// checkPeer returns an error if the process at the other end belongs to another user.
func checkPeer(conn net.Conn) error {
	p, err := peer.Of(conn)
	if err == nil && p.UID != os.Geteuid() {
		err = fmt.Errorf("%w (uid %d)", ErrForeign, p.UID)
	}
	return err
}

// openFiles returns the process's limit of open files.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 256 // the default on macOS, which has the lowest
	}
	return int(min(uint64(limit.Cur), 1<<20)) //nolint:unconvert // signed on FreeBSD
}
