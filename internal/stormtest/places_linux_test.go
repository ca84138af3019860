package stormtest_test

// In these tests, token files cannot be replaced or read. The file is a mount, is immutable,
// is in a sticky folder, or belongs to another user.

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// A container can mount a single file. The program cannot replace such a file, so it
// overwrites the file.
func TestTokenFileMountedByItself(t *testing.T) {
	t.Parallel()
	for _, s := range spendings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			s.prepare(t, h)
			file := h.cache().TokenPath("corp")
			if sealed := h.files(t, h.path(".aws", "lanyard"), ".age"); len(sealed) > 0 {
				file = sealed[len(sealed)-1]
			}
			before, err := os.Stat(file)
			if err != nil {
				t.Fatal(err)
			}
			mounted := func(args ...string) *proctest.Process {
				line := []string{"unshare", "-m", "sh", "-c", `mount --bind "$0" "$0" && exec "$@"`, file, program}
				return h.startProgram(t, nil, append(line, args...)...)
			}
			if r := mounted("version").Wait(t); r.Code != 0 {
				t.Skip("a file cannot be mounted here: ", r.Stderr)
			}
			p := mounted(s.args...)
			h.approve(t, p)
			r := p.Wait(t)
			if r.Code != 0 {
				t.Errorf("exit %d: %s; want 0", r.Code, r.Stderr)
			}
			if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) || after.ModTime().Equal(before.ModTime()) {
				t.Errorf("%s was not overwritten: %v", file, err)
			}
			h.checkNothingLost(t, r)
		})
	}
}

// If the program cannot store the new token, it does not spend the refresh token.
func TestImmutableTokenFile(t *testing.T) {
	t.Parallel()
	for _, s := range spendings() {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			s.prepare(t, h)
			file := h.cache().TokenPath("corp")
			if sealed := h.files(t, h.path(".aws", "lanyard"), ".age"); len(sealed) > 0 {
				file = sealed[len(sealed)-1]
			}
			if out, err := exec.Command("chattr", "+i", file).CombinedOutput(); err != nil {
				t.Skipf("a file cannot be made immutable here: %v %s", err, out)
			}
			mend := func() { _ = exec.Command("chattr", "-i", file).Run() }
			t.Cleanup(mend)
			p := h.start(t, s.args...)
			h.approve(t, p)
			r := p.Wait(t)
			checkFailed(t, r, 255, file)
			h.checkCount(t, "CreateToken", 0)
			mend()
			h.checkNothingLost(t, r)
		})
	}
}

// In another user's sticky folder, only the owner can replace a file. If the file is
// writable, the program overwrites it. Otherwise the program does not spend the token.
func TestTokenFileInStickyFolder(t *testing.T) {
	t.Parallel()
	for name, mode := range map[string]os.FileMode{"writable": 0o666, "readable": 0o644} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if os.Geteuid() != 0 {
				t.Skip("only root can give a folder to another user")
			}
			h := newHome(t, emulator.Config{}, config)
			asNobody(t, h)
			h.signIn(t)
			h.forgetRoles(t)
			expired(t, h)
			file := h.cache().TokenPath("corp")
			if err := errors.Join(os.Chown(file, 0, 0), os.Chmod(file, mode), os.Chown(h.cache().SSO(), 0, 0),
				os.Chmod(h.cache().SSO(), 0o777|os.ModeSticky)); err != nil {
				t.Fatal(err)
			}
			r := h.credentials(t, "dev")
			if mode == 0o644 {
				checkFailed(t, r, 255, file)
				h.checkCount(t, "CreateToken", 0)
				return
			}
			checkAnswers(t, r)
			h.srv.ExpireAccessTokens()
			h.forgetRoles(t)
			checkAnswers(t, h.credentials(t, "dev"))
			info, err := os.Stat(file)
			if st, ok := info.Sys().(*syscall.Stat_t); err != nil || !ok || st.Uid != 0 {
				t.Errorf("%s was replaced: %v", strings.TrimPrefix(file, h.dir), err)
			}
		})
	}
}

// An unreadable file may hold a session. So no command reports a missing session or a
// successful logout, and no command revokes or removes anything.
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
			if r.Code != 255 || !strings.Contains(r.Stderr, file) || !strings.Contains(r.Stderr, "permission denied") {
				t.Errorf("exit %d, want 255 and the file and the cause: %s", r.Code, r.Stderr)
			}
			if !strings.Contains(r.Stdout, tt.stdout) || tt.stdout == "" && r.Stdout != "" {
				t.Errorf("stdout %q, want %q in it", r.Stdout, tt.stdout)
			}
			if string(read(t, file)) != string(before) {
				t.Errorf("%s was changed", file)
			}
			h.checkCount(t, "Logout", 0)
			h.checkCount(t, "CreateToken", 0)
		})
	}
}

// If one session's file is unreadable, a logout still ends the other sessions.
func TestLogoutBesideUnreadableFile(t *testing.T) {
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
	if r.Code != 255 || !strings.Contains(r.Stderr, other) {
		t.Errorf("exit %d: %s; want 255 and the unreadable file", r.Code, r.Stderr)
	}
	h.checkCount(t, "Logout", 1)
	if _, err := os.Lstat(h.cache().TokenPath("corp")); err == nil {
		t.Error("the readable token was not removed")
	}
}
