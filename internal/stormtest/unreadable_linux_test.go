package stormtest_test

import (
	"os"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A file that cannot be read holds nobody knows what: no command says that nobody is
// signed in, or has signed out, and nothing is revoked or removed.
func TestFilesOfAnotherUser(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	token := func(h *home) string { return h.cache().TokenPath("corp") }
	marker := func(h *home) string {
		return strings.TrimSuffix(strings.Replace(h.cache().TokenPath("corp"), "cache/", "cache/.", 1), ".json") + ".store"
	}
	orphan := func(h *home) string { return h.cache().TokenPath("no-config-names-it") }
	tests := []struct {
		name   string
		file   func(h *home) string
		args   string
		stdout string
	}{
		{"token", token, "status", "unreadable"},
		{"token", token, "status --output json", `"unreadable"`},
		{"token", token, "store", "?"},
		{"token", token, "sso logout", ""},
		{"token", token, "sso logout --verify", ""},
		{"token", token, "sso logout --sso-session corp", ""},
		{"token", token, "sso get-credentials --profile dev", ""},
		{"token that no config names", orphan, "status", "valid"},
		{"marker", marker, "status", "unreadable"},
		{"marker", marker, "store", "unknown"},
		{"marker", marker, "sso logout --sso-session corp", ""},
		{"marker", marker, "sso get-credentials --profile dev", ""},
		{"marker", marker, "sso login --sso-session corp --no-browser", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name+"/"+tt.args, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			asNobody(t, h)
			h.signIn(t)
			file := tt.file(h)
			if _, err := os.Lstat(file); err != nil {
				if err := os.WriteFile(file, []byte("lanyard-store encrypted x y\n"), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			before := read(t, file)
			if err := os.Chown(file, 0, 0); err != nil {
				t.Fatal(err)
			}
			r := h.run(t, strings.Fields(tt.args)...)
			if r.code != 255 || !strings.Contains(r.stderr, file) || !strings.Contains(r.stderr, "permission denied") {
				t.Errorf("exit %d, want 255 and the file and the cause: %s", r.code, r.stderr)
			}
			if !strings.Contains(r.stdout, tt.stdout) || tt.stdout == "" && r.stdout != "" {
				t.Errorf("stdout %q, want %q in it", r.stdout, tt.stdout)
			}
			if string(read(t, file)) != string(before) {
				t.Errorf("%s was changed", file)
			}
			h.checkCount(t, "Logout", 0)
			h.checkCount(t, "CreateToken", 0)
		})
	}
}

// One session's unreadable file does not keep the others signed in.
func TestSignOutBesideAnUnreadableFile(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		t.Skip("only root can give a file to another user")
	}
	h := newHome(t, emulator.Config{}, config)
	asNobody(t, h)
	h.signIn(t)
	other := h.cache().TokenPath("other")
	if err := os.WriteFile(other, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := h.run(t, "sso", "logout")
	if r.code != 255 || !strings.Contains(r.stderr, other) {
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	h.checkCount(t, "Logout", 1)
	if _, err := os.Lstat(h.cache().TokenPath("corp")); err == nil {
		t.Error("the readable token is still there")
	}
}
