package eventlog

import (
	"net"
	"path/filepath"
	"regexp"
	"runtime"
	"testing"
)

func TestSend(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no sockets for datagrams in a folder")
	}
	for _, c := range []struct {
		name string
		send func(socket string, lines []string) error
		want string
	}{
		{"syslog", Syslog, `^<86>[A-Z][a-z]{2} [ 0-9]\d \d\d:\d\d:\d\d lanyard\[\d+\]: \{"seq":1\}$`},
		{"journald", Journald, "^MESSAGE\n\x09\x00{7}\\{\"seq\":1\\}\nSYSLOG_IDENTIFIER\n\x07\x00{7}lanyard\nPRIORITY\n\x01\x00{7}6\n$"},
	} {
		t.Run(c.name, func(t *testing.T) {
			socket := filepath.Join(t.TempDir(), "s")
			server, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = server.Close() }()
			if err := c.send(socket, []string{`{"seq":1}`}); err != nil {
				t.Fatal(err)
			}
			b := make([]byte, 1000)
			n, err := server.Read(b)
			if err != nil || !regexp.MustCompile(c.want).Match(b[:n]) {
				t.Errorf("the service got %q, %v", b[:n], err)
			}
			if err := c.send(socket+"-missing", []string{"x"}); err == nil {
				t.Error("no error without a service")
			}
		})
	}
}
