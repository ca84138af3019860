package signproxy

import (
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestOtherUser connects as another user of this machine, who has the token of the proxy. The proxy
// closes the connection.
func TestOtherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can connect as another user")
	}
	s := start(t, ViaProxy, "read")
	answer := func(uid uintptr) string {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		syscall.RawSyscall(syscall.SYS_SETFSUID, uid, 0, 0) // the owner of new sockets of this thread
		conn, err := net.Dial("tcp", s.Addr())
		syscall.RawSyscall(syscall.SYS_SETFSUID, 0, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "CONNECT sts.amazonaws.com:443 HTTP/1.1\r\nHost: x\r\n\r\n") // the proxy may have closed it
		_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		var b [64]byte
		n, _ := conn.Read(b[:])
		return string(b[:n])
	}
	if got := answer(0); !strings.HasPrefix(got, "HTTP/1.1 407") {
		t.Errorf("the same user: %q, want status 407", got)
	}
	if got := answer(65534); got != "" {
		t.Errorf("another user: %q, want no answer", got)
	}
}
