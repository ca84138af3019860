//go:build unix

package filelock_test

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/filelock"
)

// In a shared folder, another user can make a link or a pipe at the path of a lock file. Try
// does not follow the link and does not wait for the pipe.
func TestPlantedLocks(t *testing.T) {
	folder := t.TempDir()
	target := filepath.Join(folder, "target")
	link := filepath.Join(folder, ".a.lock")
	if err := os.Symlink(target, link); err != nil {
		t.Fatal(err)
	}
	if l, err := filelock.Try(link); err == nil {
		l.Release()
		t.Error("Try accepted a symbolic link as a lock file")
	}
	if _, err := os.Lstat(target); err == nil {
		t.Error("Try followed the symbolic link")
	}
	pipe := filepath.Join(folder, ".b.lock")
	if err := syscall.Mkfifo(pipe, 0o666); err != nil {
		t.Fatal(err)
	}
	l, err := filelock.Try(pipe) // must return, with or without an error
	if err == nil {
		l.Release()
	}
}
