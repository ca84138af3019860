package agent_test

import (
	"bufio"
	"errors"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/agent"
)

// asAnother runs f on a thread of another user. The thread ends after f.
func asAnother(t *testing.T, f func()) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can act as another user")
	}
	done := make(chan syscall.Errno)
	go func() {
		runtime.LockOSThread() // never unlocked, so that Go ends the thread
		const nobody, same = 65534, ^uintptr(0)
		_, _, err := syscall.RawSyscall(syscall.SYS_SETRESUID, same, nobody, same)
		if err == 0 {
			f()
		}
		done <- err
	}()
	if err := <-done; err != 0 {
		t.Skip("this thread cannot become another user: ", err)
	}
}

// The client rejects another user's agent, and the agent rejects another user's client, even
// if the mode of the socket allows the connection.
func TestOtherUsersAreRefused(t *testing.T) {
	w := newFixture(t, emulator.Config{})
	w.Login()
	_, client := w.socket()
	asAnother(t, func() {}) // skips the test if this is not possible
	for path := client.Address; path != filepath.Clean(os.TempDir()) && path != "/"; path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	asAnother(t, func() {
		c := *client
		if _, err := c.Status(t.Context()); !errors.Is(err, agent.ErrForeign) {
			t.Errorf("the client accepts another user's agent: %v, want ErrForeign", err)
		}
		conn, err := net.Dial("unix", client.Address)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = conn.Close() }()
		_ = conn.SetDeadline(time.Now().Add(agent.LongPatience))
		if _, err := conn.Write([]byte(`{"verb":"status"}` + "\n")); err != nil && !errors.Is(err, syscall.EPIPE) {
			t.Error(err)
		}
		if answer, err := bufio.NewReader(conn).ReadString('\n'); err == nil {
			t.Errorf("the agent answers another user: %s", answer)
		}
	})
	if _, err := client.Status(t.Context()); err != nil {
		t.Errorf("the agent does not answer its own user: %v", err)
	}
}
