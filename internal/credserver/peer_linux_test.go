package credserver_test

import (
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/credserver"
)

// clientVariable makes the test binary a client: it prints the answer to a request.
const clientVariable = "CREDSERVER_CLIENT"

func TestMain(m *testing.M) {
	address := os.Getenv(clientVariable)
	if address == "" {
		os.Exit(m.Run())
	}
	network := "tcp"
	if strings.HasPrefix(address, "/") {
		network = "unix"
	}
	c, err := net.Dial(network, address)
	if err != nil {
		os.Exit(2)
	}
	_, _ = c.Write([]byte(strings.ReplaceAll(os.Getenv("REQUEST"), "\n", "\r\n")))
	answer := make([]byte, 64)
	n, _ := c.Read(answer)
	_, _ = os.Stdout.Write(answer[:n])
	os.Exit(0)
}

// A process of another user gets no answer, even with the token. The metadata service has no
// token, so this is its only protection.
func TestOtherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can start a process of another user")
	}
	binary := copyForAll(t)
	s := &source{life: time.Hour}
	refused := make(chan credserver.Request, 1)
	config := credserver.Config{
		Sources: []credserver.Source{{Path: "", Get: s.get}, {Path: "/", Get: s.get}}, Now: s.now, Log: slog.New(slog.DiscardHandler),
		Served: func(r credserver.Request) {
			if r.Code == "OtherUser" {
				refused <- r
			}
		},
	}
	for _, tt := range []struct {
		name  string
		start func() (*credserver.Server, error)
		first string
	}{
		{"endpoint", func() (*credserver.Server, error) { return credserver.Start(t.Context(), config) }, "GET / HTTP/1.1\n"},
		{"metadata", func() (*credserver.Server, error) {
			return credserver.StartMetadata(t.Context(), config, credserver.Metadata{Role: "dev", Region: func() string { return "" }, V1: true})
		}, "GET /latest/meta-data/iam/security-credentials/dev HTTP/1.1\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server, err := tt.start()
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			address := "127.0.0.1:" + server.Port()
			request := tt.first + "Host: " + address + "\nAuthorization: " + server.Token().Reveal() + "\n\n"
			run := func(uid uint32) string {
				cmd := exec.Command(binary)
				cmd.Env = []string{clientVariable + "=" + address, "REQUEST=" + request}
				cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
				out, err := cmd.Output()
				if err != nil {
					t.Fatalf("client of user %d: %v", uid, err)
				}
				return string(out)
			}
			if got := run(0); !strings.HasPrefix(got, "HTTP/1.1 200 OK") {
				t.Errorf("the same user: answer %q", got)
			}
			if got := run(65534); got != "" {
				t.Errorf("another user: answer %q, want none", got)
			}
			if r := <-refused; r.Status != 0 || r.Peer.UID != 65534 {
				t.Errorf("reported %+v", r)
			}
		})
	}
}

// copyForAll returns a copy of the test binary that every user can run.
func copyForAll(t *testing.T) string {
	t.Helper()
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "credserver-") //nolint:usetesting // other users cannot enter the folder of t.TempDir
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	file := dir + "/client"
	if err := os.WriteFile(file, self, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

// The server knows the process of each request.
func TestPeer(t *testing.T) {
	s := &source{life: time.Hour}
	requests := make(chan credserver.Request, 1)
	server, err := credserver.Start(t.Context(), credserver.Config{
		Sources: []credserver.Source{{Name: "dev", Path: path, Get: s.get}}, Now: s.now, Log: slog.New(slog.DiscardHandler),
		Served: func(r credserver.Request) {
			pid, _ := r.Peer.Find() // while the client waits
			if pid != os.Getpid() {
				t.Errorf("pid %d, want %d", pid, os.Getpid())
			}
			requests <- r
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	if status, _ := ask(t, server, nil); status != 200 {
		t.Errorf("status %d", status)
	}
	if r := <-requests; r.Name != "dev" || r.Status != http.StatusOK || r.Code != "" {
		t.Errorf("request %+v", r)
	}
}
