//go:build unix

package stormtest_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A storage is a way to make new files in ~/.aws impossible.
type storage struct {
	prepare func(t *testing.T, h *home)               // before the sign-in
	spoil   func(t *testing.T, h *home) (mend func()) // after the sign-in
}

// If the program cannot store a new token, it does not spend the refresh token. It uses the
// credentials that are still valid.
func TestStorage(t *testing.T) {
	t.Parallel()
	storages := map[string]storage{
		"read-only": {asNobody, takeWriting},
		"full":      {mountSmall, fill},
	}
	tests := []struct {
		name        string
		token, role time.Duration // lifetime left; role 0 means no role credentials
		refused     bool          // the service refuses the token, although its date is valid
		ok          bool
	}{
		{"expired token", -time.Minute, 0, false, false},
		{"refused token", 50 * time.Minute, 0, true, false},
		{"live token", 50 * time.Minute, 0, false, true},
		{"token in its window", 5 * time.Minute, 0, false, true},
		{"expired token, cached role", -time.Minute, time.Hour, false, true},
		{"expired token, role in its last minutes", -time.Minute, 5 * time.Minute, false, true},
	}
	for kind, s := range storages {
		for _, tt := range tests {
			t.Run(kind+"/"+tt.name, func(t *testing.T) {
				t.Parallel()
				h := newHome(t, emulator.Config{}, config)
				s.prepare(t, h)
				h.signIn(t)
				if tt.role != 0 {
					checkAnswers(t, h.credentials(t, "dev"))
					h.setRole(t, tt.role)
				}
				h.setToken(t, tt.token)
				if tt.refused {
					h.srv.ExpireAccessTokens()
				}
				mend := s.spoil(t, h)

				r := h.credentials(t, "dev")

				if tt.ok {
					checkAnswers(t, r)
				} else {
					checkFailed(t, r, 255, h.cache().SSO())
				}
				h.checkCount(t, "CreateToken", 0)
				if strings.Count(r.Stderr, "\n") > 2 {
					t.Errorf("more than one message: %s", r.Stderr)
				}
				// Every command works again when the folder is writable and has space.
				mend()
				h.forgetRoles(t)
				checkAnswers(t, h.credentials(t, "dev"))
				h.checkFiles(t)
			})
		}
	}
}

// asNobody runs the program as a user without root's privileges, so that the modes of
// folders apply.
func asNobody(t *testing.T, h *home) {
	t.Helper()
	if os.Geteuid() != 0 {
		return
	}
	const nobody = 65534
	h.attr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if err := os.Chmod(filepath.Dir(h.dir), 0o711); err != nil { // t.TempDir makes the folder private
		t.Fatal(err)
	}
	for _, path := range []string{h.dir, h.path(".aws"), h.path(".aws", "config")} {
		if err := os.Chown(path, nobody, nobody); err != nil {
			t.Skip("root cannot give a folder to another user here: ", err)
		}
	}
}

// takeWriting makes the folders read-only.
func takeWriting(t *testing.T, h *home) (mend func()) {
	t.Helper()
	folders := []string{h.path(".aws"), h.path(".aws", "sso"), h.cache().SSO(), h.path(".aws", "cli"), h.cache().Roles()}
	change := func(mode fs.FileMode) {
		for _, dir := range folders {
			if err := os.Chmod(dir, mode); err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Error(err)
			}
		}
	}
	change(0o500)
	t.Cleanup(func() { change(0o700) }) // otherwise the folders cannot be removed
	return func() { change(0o700) }
}
