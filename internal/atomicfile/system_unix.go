//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/owner"
)

func rename(from, to string) error { return os.Rename(from, to) }

// syncDir makes the rename itself durable. Not every file system can; the data
// is safe without it, so an error is not one for the caller.
func syncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}

const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// onlyInPlace reports whether a file can be overwritten but not replaced. The error
// says that it can be neither.
func onlyInPlace(target string) (bool, error) {
	info, err := os.Lstat(target)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, notRegular(target, info)
	}
	f, err := os.OpenFile(target, os.O_WRONLY|noFollow, 0)
	if err == nil {
		_ = f.Close()
	}
	switch {
	case isMountPoint(target, info) || sticky(target, info):
		return true, err
	case errors.Is(err, syscall.EACCES):
		return false, nil // to replace it asks for rights to the folder only
	}
	return false, err // immutable, for one
}

// sticky reports whether the folder lets only the owner of the file replace it, and the
// owner is another user.
func sticky(target string, file fs.FileInfo) bool {
	folder, err := os.Stat(filepath.Dir(target))
	if err != nil || folder.Mode()&fs.ModeSticky == 0 || os.Geteuid() == 0 {
		return false
	}
	return !ours(folder) && !ours(file)
}

func ours(info fs.FileInfo) bool {
	uid, _, ok := owner.Of(info)
	return ok && uid == os.Geteuid()
}

// otherDevice reports whether a file lies on another device than its folder.
func otherDevice(target string, file fs.FileInfo) bool {
	folder, err := os.Stat(filepath.Dir(target))
	if err != nil {
		return false
	}
	a, ok := folder.Sys().(*syscall.Stat_t)
	b, ok2 := file.Sys().(*syscall.Stat_t)
	return ok && ok2 && a.Dev != b.Dev
}
