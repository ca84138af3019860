//go:build unix

package filelock_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/filelock"
)

// What another user puts in the place of a lock in a shared folder leads nowhere
// and holds nobody up.
func TestPlantedLocks(t *testing.T) {
	folder := t.TempDir()
	target := filepath.Join(folder, "target")
	link := filepath.Join(folder, ".a.lock")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if l, err := filelock.Try(link); err == nil {
		l.Release()
		t.Error("a link was taken for a lock")
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("the link was followed")
	}
	pipe := filepath.Join(folder, ".b.lock")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	l, err := filelock.Try(pipe) // returns, whatever it says
	if err == nil {
		l.Release()
	}
}
