// Where the agent listens on Windows: a named pipe.

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

// defaultAddress is a pipe with the person's own identifier in its name.
func defaultAddress(_ func(string) (string, bool), name string) string {
	sid, err := userOf(windows.GetCurrentProcessToken())
	if err != nil {
		return ""
	}
	return `\\.\pipe\lanyard-` + sid + "-" + name
}

// LogPath returns where the agent at an address writes its log when its stderr goes
// nowhere.
func LogPath(address string) (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "lanyard")
	return filepath.Join(dir, filepath.Base(address)+".log"), os.MkdirAll(dir, 0o700)
}

// HomeID identifies a home folder by the path of its ~/.aws.
func HomeID(home string) string {
	path := filepath.Join(home, ".aws")
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	return path
}

// Listen makes the pipe of the agent, which this user alone may open. [ErrRunning]
// means that there is one: the system makes the first of a name only once.
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

// Watch has nothing to watch: a pipe is there as long as its process.
func Watch(string) (lost func() error) { return func() error { return nil } }

func dial(ctx context.Context, address string, within time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return winio.DialPipeContext(ctx, address)
}

// nobodyListens reports whether an error means that there is no agent.
func nobodyListens(err error) bool { return errors.Is(err, fs.ErrNotExist) }

// queueFull has no counterpart here.
func queueFull(error) bool { return false }

// Holder returns the process that made the pipe, whether or not it still answers.
// [ErrNone] means that there is none.
func Holder(ctx context.Context, address string) (pid int, err error) {
	conn, err := dial(ctx, address, LongPatience)
	if err != nil {
		if nobodyListens(err) {
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

// checkPeer refuses another user at the other end. Our pipe lets no other user in, but
// another user may have made a pipe of that name first.
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

// peerOf finds the process that made the pipe.
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

// openFiles is far more than the agent needs: Windows has no such limit.
func openFiles() int { return 1 << 16 }

// Harden would keep the memory of this process out of core files, which Windows
// does not write for it.
func Harden() {}

// resident would be how much memory the process has.
func resident() int { return 0 }
