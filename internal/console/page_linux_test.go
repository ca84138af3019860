package console

import (
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A user who reads the address of the page in the list of processes does not get the link, and
// does not use it up.
func TestPageRefusesOtherUsers(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil || os.Getuid() != 0 {
		t.Skip("only root can start curl as another user")
	}
	var refused []any
	p, err := Serve(secret.New("https://signin.example/federation?SigninToken=x"), func(_ string, args ...any) { refused = append(refused, args...) })
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	get := func(uid uint32) string {
		cmd := exec.Command(curl, "--silent", "--include", "--max-time", "10", p.URL())
		cmd.Dir = "/"
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	if out := get(65534); !strings.HasPrefix(out, "HTTP/1.1 403") || strings.Contains(out, "SigninToken") || p.IsOpened() {
		t.Errorf("another user got %s", out)
	}
	if len(refused) != 2 || refused[1] != "another user" {
		t.Errorf("the log has %v, want another user", refused)
	}
	if out := get(0); !strings.HasPrefix(out, "HTTP/1.1 303") || !strings.Contains(out, "SigninToken") {
		t.Errorf("our own user got %s", out)
	}
}
