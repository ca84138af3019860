//go:build unix

package configfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// Root in a container edits the ~/.aws of a user of the host. The file keeps its owner.
func TestRootKeepsOwnerAndGroup(t *testing.T) {
	folder, run := asOtherUser(t)
	path := filepath.Join(folder, "config")
	write(t, path, "old\n", 0o640)
	give(t, path, nobody, 4242)
	edit(t, editor(t), path, "root's")
	edit(t, editor(t), filepath.Join(folder, "credentials"), "root's")
	check(t, path, "old\nroot's\n")
	checkMode(t, path, 0o640)
	checkOwner(t, path, nobody, 4242)
	for _, name := range []string{"credentials", ".config.lock", ".lanyard", ".lanyard/.gitignore", ".lanyard/config.last", ".lanyard/config-2026-11-22"} {
		checkOwner(t, filepath.Join(folder, name), nobody, nobody)
	}
	// The user can undo root's change.
	if output, code := run("undo"); code != 1 || !strings.Contains(output, "gid 4242") {
		t.Errorf("exit code %d: %s; want 1 and the gid", code, output)
	}
	give(t, path, nobody, nobody)
	if output, code := run("undo"); code != 0 {
		t.Errorf("exit code %d: %s; want 0", code, output)
	}
	check(t, path, "old\n")

	own := filepath.Join(t.TempDir(), "config")
	write(t, own, "old\n", 0o660)
	give(t, own, 0, 4242)
	edit(t, editor(t), own, "new")
	checkOwner(t, own, 0, 4242)
	checkMode(t, own, 0o660)
}

func TestRootDoesNotFollowLinksOfOtherUsers(t *testing.T) {
	folder, _ := asOtherUser(t)
	target := filepath.Join(t.TempDir(), "shadow")
	write(t, target, "old\n", 0o600)
	path := filepath.Join(folder, "config")
	proctest.Symlink(t, target, path)
	give(t, path, nobody, nobody)
	_, err := editor(t).Edit(t.Context(), path, "x", add("new"))
	if err == nil || !strings.Contains(err.Error(), "another user's symbolic link") {
		t.Errorf("error %v, want an error about another user's link", err)
	}
	check(t, target, "old\n")
}

func checkOwner(t *testing.T, path string, uid, gid uint32) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	st := info.Sys().(*syscall.Stat_t)
	if st.Uid != uid || st.Gid != gid {
		t.Errorf("%s belongs to %d:%d, want %d:%d", filepath.Base(path), st.Uid, st.Gid, uid, gid)
	}
}
