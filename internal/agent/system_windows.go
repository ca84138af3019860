// This file has the agent's named pipe on Windows.

package agent

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"github.com/lanyard-cli/lanyard/internal/filelock"
)

// defaultAddress returns a pipe whose name contains the user's SID.
func defaultAddress(_ func(string) (string, bool), name string) string {
	sid, err := userOf(windows.GetCurrentProcessToken())
	if err != nil {
		return ""
	}
	return `\\.\pipe\lanyard-` + sid + "-" + name
}

// LogPath returns the log file of the agent at an address, for an agent without stderr.
func LogPath(address string) (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "lanyard")
	return filepath.Join(dir, filepath.Base(address)+".log"), os.MkdirAll(dir, 0o700)
}

// HomeID returns a text that identifies a home folder: the path of its ~/.aws.
func HomeID(home string) string {
	path := filepath.Join(home, ".aws")
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return path
}

// Listen creates the pipe of the agent, which only this user can open. It returns
// [ErrRunning] if a pipe with this name already exists.
func Listen(address string) (net.Listener, *filelock.Lock, error) {
	sid, err := userOf(windows.GetCurrentProcessToken())
	if err != nil {
		return nil, nil, err
	}
	l, err := winio.ListenPipe(address, &winio.PipeConfig{SecurityDescriptor: "D:P(A;;GA;;;" + sid + ")"})
	if errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return nil, nil, ErrRunning
	}
	return l, nil, err
}

// Watch returns a function that always returns nil: a pipe exists as long as its process.
func Watch(string) (check func() error) { return func() error { return nil } }

func dial(ctx context.Context, address string, within time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return winio.DialPipeContext(ctx, address)
}

// notListening reports whether err means that no agent is running.
func notListening(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// queueFull always returns false on Windows.
func queueFull(error) bool { return false }

// PID returns the pid of the agent, even if the agent does not answer. It returns [ErrNone]
// if no agent is running.
func PID(ctx context.Context, address string) (pid int, err error) {
	conn, err := dial(ctx, address, LongPatience)
	if err != nil {
		if notListening(err) {
			err = fmt.Errorf("%w at %s", ErrNone, address)
		}
		return 0, err
	}
	defer func() { _ = conn.Close() }()
	if err := checkPeer(conn); err != nil {
		return 0, err
	}
	p, err := peerOf(conn)
	return p.pid, err
}

// checkPeer returns an error if the process at the other end belongs to another user. Other
// users cannot open the agent's pipe, but they can create a pipe with that name first.
func checkPeer(conn net.Conn) error {
	own, err := userOf(windows.GetCurrentProcessToken())
	if err != nil {
		return err
	}
	p, err := peerOf(conn)
	if err != nil {
		return err
	}
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(p.pid))
	if err != nil {
		return err
	}
	defer func() { _ = windows.CloseHandle(process) }()
	var token windows.Token
	if err := windows.OpenProcessToken(process, windows.TOKEN_QUERY, &token); err != nil {
		return err
	}
	defer func() { _ = token.Close() }()
	theirs, err := userOf(token)
	if err == nil && theirs != own {
		err = fmt.Errorf("%w (%s)", ErrForeign, theirs)
	}
	return err
}

// A peer is the process at the other end of a connection.
type peer struct{ pid int }

// peerOf returns the process that created the pipe.
func peerOf(conn net.Conn) (peer, error) {
	p, ok := conn.(interface{ Fd() uintptr })
	if !ok {
		return peer{}, errors.New("not a connection to an agent")
	}
	var pid uint32
	err := windows.GetNamedPipeServerProcessId(windows.Handle(p.Fd()), &pid)
	return peer{int(pid)}, err
}

func userOf(token windows.Token) (string, error) {
	user, err := token.GetTokenUser()
	if err != nil {
		return "", err
	}
	return user.User.Sid.String(), nil
}

// openFiles returns a large number: Windows has no such limit.
func openFiles() int { return 1 << 16 }

// Harden does nothing on Windows, which writes no core files for this process.
func Harden() {}

// resident returns 0: the resident memory is unknown on this system.
func resident() int { return 0 }
