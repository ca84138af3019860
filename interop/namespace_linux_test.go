package interop_test

import (
	"bufio"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// In a network namespace, as in a container, 127.0.0.1 is another machine. The relay runs in the
// namespace and connects to the server by a Unix socket.
var inNamespace = []delivery{
	{"loopback", func(t *testing.T, h *home) (env, prefix []string) {
		t.Helper()
		prefix = h.namespace(t)
		h.serve(t, "serve", "ecs", "short", "--socket", h.path("socket"), "--token-file", h.path("token")).env(t, "TOKEN_FILE")
		// The port is the same in each namespace.
		relay := h.serveIn(t, prefix, "serve", "relay", "--to", "unix:"+h.path("socket"), "--token-file", h.path("token"))
		return relay.env(t, "FULL_URI"), prefix
	}},
	{"169.254.170.2", func(t *testing.T, h *home) (env, prefix []string) {
		t.Helper()
		prefix = h.namespace(t)
		h.serve(t, "serve", "ecs", "short", "--socket", h.path("socket"), "--token-file", h.path("token")).env(t, "TOKEN_FILE")
		relay := h.serveIn(t, prefix, "serve", "relay", "--to", "unix:"+h.path("socket"), "--token-file", h.path("token"), "--listen", "169.254.170.2:80")
		return relay.env(t, "RELATIVE_URI"), prefix
	}},
}

// namespace makes a network namespace with 169.254.170.2 on its loopback device. It returns the
// beginning of a command line that runs a program in the namespace. The programs reach the emulator
// at its usual address. The namespace ends with the test.
func (h *home) namespace(t *testing.T) []string {
	t.Helper()
	var pairs []string
	for _, address := range []string{h.srv.URL, strings.TrimPrefix(h.proxy[0], "HTTPS_PROXY=")} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		socket := h.path("bridge-" + u.Port())
		l, err := net.Listen("unix", socket)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		go pass(l, "tcp", u.Host)
		pairs = append(pairs, u.Port(), socket)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("sh", append([]string{"-c", `ip link set lo up && ip address add 169.254.170.2/32 dev lo && exec "$0" "$@"`, self}, pairs...)...)
	cmd.Env = append(os.Environ(), bridgeVariable+"=1")
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); line != "ready\n" {
		t.Fatalf("the bridge printed %q, %v", line, err)
	}
	return []string{"nsenter", fmt.Sprintf("--net=/proc/%d/ns/net", cmd.Process.Pid)}
}

// Every client gets credentials from a relay in its network namespace, through an expiry.
func TestRelayInNamespace(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a network namespace")
	}
	for _, program := range []string{"ip", "nsenter"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skipf("%s is not installed; to install it: apt-get install iproute2 util-linux", program)
		}
	}
	if err := exec.Command("nsenter", "--net=/proc/self/ns/net", "true").Run(); err != nil {
		t.Skipf("this machine does not allow network namespaces: %v", err)
	}
	t.Parallel()
	for _, d := range inNamespace {
		t.Run(d.name, func(t *testing.T) {
			each(t, oneOfEach(), func(t *testing.T, c client) {
				t.Parallel()
				throughExpiry(t, d, c)
			})
		})
	}
}
