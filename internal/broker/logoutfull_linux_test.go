package broker_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// On a full disk, a logout revokes and removes the session. It does so
// also without a generation file, whose removal would free some space.
func TestLogoutOnAFullDisk(t *testing.T) {
	for _, recorded := range []bool{true, false} {
		withFixture(t, emulator.Config{}, func(f *fixture) {
			home := f.Files.Home
			if err := syscall.Mount("tmpfs", home, "tmpfs", 0, "size=256k,mode=0700"); err != nil {
				f.T.Skip("cannot mount a tmpfs: ", err)
			}
			defer func() { _ = syscall.Unmount(home, syscall.MNT_DETACH) }()
			f.Login()
			f.MustGet()
			tok := f.Stored("corp")
			if !recorded {
				files, _ := filepath.Glob(filepath.Join(f.Files.SSO(), ".*.generation"))
				for _, file := range files {
					if err := os.Remove(file); err != nil {
						t.Fatal(err)
					}
				}
			}
			filling, err := os.Create(filepath.Join(home, "filling"))
			if err != nil {
				t.Fatal(err)
			}
			defer filling.Close()
			for page := make([]byte, os.Getpagesize()); err == nil; {
				_, err = filling.Write(page)
			}
			if out := f.Logout(); len(out.Revoked) != 1 || len(out.Files) != 1 {
				t.Errorf("revoked %v, removed %v, want one revoked session and one removed file", out.Revoked, out.Files)
			}
			if tokens, roles := f.cached(); tokens != 0 || roles != 0 {
				t.Errorf("%d tokens and %d role credentials are left", tokens, roles)
			}
			if _, err := f.Client().RoleCredentials(f.T.Context(), tok.AccessToken, account, admin); err == nil {
				t.Error("the access token still works")
			}
			if warned := len(f.Warned) > 0; warned == recorded {
				t.Errorf("warnings: %q, want a warning only if the generation was not recorded", f.Warned)
			}
		})
	}
}
