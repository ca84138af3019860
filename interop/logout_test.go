package interop_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A logout by one program ends and removes a session that the other program started.
func TestLogoutByAnotherProgram(t *testing.T) {
	for _, s := range setups {
		for _, order := range [][2]string{{"lanyard", "AWS CLI v2"}, {"AWS CLI v2", "lanyard"}} {
			t.Run(s.name+" of "+order[0], func(t *testing.T) {
				t.Parallel()
				in, out := clientNamed(order[0]), clientNamed(order[1])
				in.need(t)
				out.need(t)
				h := newHome(t, s, emulator.Config{})
				h.loginWith(t, in)
				h.checkAdmin(t, in)
				h.run(t, out.with([]string{"sso", "logout"})).must(t)
				h.checkSignedOut(t, in, out)
				h.loginWith(t, in)
				h.checkAdmin(t, out)
			})
		}
	}
}

// checkSignedOut checks that the clients cannot get credentials: no token file is left, and no
// session.
func (h *home) checkSignedOut(t *testing.T, clients ...client) {
	t.Helper()
	if _, err := os.Stat(h.tokenPath()); !os.IsNotExist(err) {
		t.Errorf("token file: error %v, want no file", err)
	}
	if left := h.listing(t, "cli", ".json"); len(left) != 0 {
		t.Errorf("role files are left: %v", left)
	}
	if n := h.srv.Count("Logout"); n != 1 {
		t.Errorf("%d requests to end the session, want 1", n)
	}
	for _, c := range clients {
		r := h.run(t, c.whoami("dev"))
		if r.code != 255 {
			t.Errorf("%s after logout: exit %d, want 255\n%s%s", c.name, r.code, r.stdout, r.stderr)
		}
	}
}

// The AWS CLI's logout reads every file of both cache folders. It does not fail at lanyard's own
// files, and does not change them.
func TestAWSCLILogoutKeepsOurFiles(t *testing.T) {
	t.Parallel()
	h := newHome(t, setups[0], emulator.Config{})
	aws, lanyard := clientNamed("AWS CLI v2"), clientNamed("lanyard")
	aws.need(t)
	h.loginWith(t, lanyard)
	h.expire(t)
	h.checkAdmin(t, lanyard) // this writes the outcome of a refresh
	h.run(t, lanyard.with([]string{"sso", "logout"})).must(t)
	h.loginWith(t, lanyard)
	h.checkAdmin(t, lanyard)
	ours := h.oursIn(t)
	for _, suffix := range []string{".lock", ".outcome", ".generation"} {
		if !strings.Contains(ours, suffix) {
			t.Errorf("no %s file exists, only\n%s", suffix, ours)
		}
	}
	r := h.run(t, aws.with([]string{"sso", "logout"})).must(t)
	if r.stderr != "" {
		t.Errorf("the AWS CLI printed to stderr: %s", r.stderr)
	}
	if left := h.oursIn(t); left != ours {
		t.Errorf("lanyard's files changed; before:\n%s\nafter:\n%s", ours, left)
	}
	if _, err := os.Stat(h.tokenPath()); !os.IsNotExist(err) {
		t.Errorf("token file: error %v, want no file", err)
	}
}

// oursIn returns a list of lanyard's own files in the cache folders.
func (h *home) oursIn(t *testing.T) string {
	t.Helper()
	var names []string
	for _, folder := range []string{"sso", "cli"} {
		for _, name := range h.listing(t, folder, "") {
			if !strings.HasSuffix(name, ".json") {
				names = append(names, folder+" "+name)
			}
		}
	}
	return strings.Join(names, "\n")
}
