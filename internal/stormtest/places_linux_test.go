package stormtest_test

import (
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A file that is mounted alone, as containers do with single files, cannot be replaced.
// It is overwritten.
func TestTokenFileThatIsMountedAlone(t *testing.T) {
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
			mounted := func(args ...string) *process {
				line := []string{"unshare", "-m", "sh", "-c", `mount --bind "$0" "$0" && exec "$@"`, file, program}
				return h.startProgram(t, nil, append(line, args...)...)
			}
			if r := mounted("version").wait(t); r.code != 0 {
				t.Skip("a file cannot be mounted here: ", r.stderr)
			}
			p := mounted(s.args...)
			h.approve(t, p)
			r := p.wait(t)
			if r.code != 0 {
				t.Errorf("exit %d: %s", r.code, r.stderr)
			}
			if after, err := os.Stat(file); err != nil || !os.SameFile(before, after) || after.ModTime().Equal(before.ModTime()) {
				t.Errorf("%s was not overwritten: %v", file, err)
			}
			h.checkNothingLost(t, r)
		})
	}
}

// A token whose successor could not be stored is not spent.
func TestTokenFileThatIsImmutable(t *testing.T) {
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
			r := p.wait(t)
			checkFailed(t, r, 255, file)
			h.checkCount(t, "CreateToken", 0)
			mend()
			h.checkNothingLost(t, r)
		})
	}
}

// In a sticky folder of another user only the owner can replace a file. One that others
// may write is overwritten; otherwise the token is not spent.
func TestTokenFileInAStickyFolder(t *testing.T) {
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
			checkAnswers(t, []result{r})
			h.srv.ExpireAccessTokens()
			h.forgetRoles(t)
			checkAnswers(t, []result{h.credentials(t, "dev")})
			info, err := os.Stat(file)
			if st, ok := info.Sys().(*syscall.Stat_t); err != nil || !ok || st.Uid != 0 {
				t.Errorf("%s was replaced: %v", strings.TrimPrefix(file, h.dir), err)
			}
		})
	}
}
