//go:build unix

package owner_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/owner"
)

func TestFilesOfRootGetTheOwnerOfTheFolder(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can change the owner of a file")
	}
	const uid, gid = 12345, 12346
	home := t.TempDir()
	if err := os.Chown(home, uid, gid); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(home, ".aws", "sso")
	if err := owner.MakeFolder(folder); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := owner.Inherit(file); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{filepath.Dir(folder), folder, file} {
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if u, g, ok := owner.Of(info); !ok || u != uid || g != gid {
			t.Errorf("%s belongs to %d:%d, want %d:%d", path, u, g, uid, gid)
		}
	}
}

func TestMakeFolderTwice(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a", "b")
	for range 2 {
		if err := owner.MakeFolder(folder); err != nil {
			t.Fatal(err)
		}
	}
	info, err := os.Stat(folder)
	if err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("folder %v, %v; want mode 0700", info, err)
	}
}
