package peer_test

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/peer"
)

func TestOf(t *testing.T) {
	for _, tt := range []struct{ network, address string }{
		{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}, {"unix", filepath.Join(t.TempDir(), "s")},
	} {
		t.Run(tt.network, func(t *testing.T) {
			l, err := net.Listen(tt.network, tt.address)
			if err != nil {
				t.Skipf("cannot listen: %v", err)
			}
			defer l.Close()
			client, err := net.Dial(tt.network, l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			conn, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			p, err := peer.Of(conn)
			if err != nil || p.UID != os.Geteuid() {
				t.Errorf("uid %d, error %v; want %d", p.UID, err, os.Geteuid())
			}
			if pid, name := p.Find(); pid != os.Getpid() || name == "" {
				t.Errorf("pid %d, name %q; want %d", pid, name, os.Getpid())
			}
			client.Close()
		})
	}
}

// The kernel does not know the other end of a connection if the client has gone.
func TestGone(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.DialTCP("tcp4", nil, l.Addr().(*net.TCPAddr))
	if err != nil {
		t.Fatal(err)
	}
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := client.SetLinger(0); err != nil { // closes with a reset
		t.Fatal(err)
	}
	client.Close()
	if p, err := peer.Of(conn); err == nil {
		t.Errorf("process %+v, want an error", p)
	}
}
