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

// fullErrors returns the system's errors for a full disk and a used-up quota.
func fullErrors() []error {
	return []error{syscall.ENOSPC, syscall.EDQUOT}
}

// syncDir makes a rename durable. It ignores errors, because some file systems do not support
// this. The old content or the new content survives a crash in any case.
func syncDir(dir string) {
	d, err := os.Open(dir)
	if err != nil {
		return
	}
	_ = d.Sync()
	_ = d.Close()
}

const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// onlyInPlace reports whether a file can be overwritten but not replaced. It returns an error
// if the file can be neither overwritten nor replaced.
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
		return false, nil // a rename needs permissions for the folder, not for the file
	}
	return false, err // for example, the file is immutable
}

// sticky reports whether the file is in a sticky folder and this user cannot replace it,
// because other users own the file and the folder.
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

// otherDevice reports whether a file is on another device than its folder.
func otherDevice(target string, file fs.FileInfo) bool {
	folder, err := os.Stat(filepath.Dir(target))
	if err != nil {
		return false
	}
	a, ok := folder.Sys().(*syscall.Stat_t)
	b, ok2 := file.Sys().(*syscall.Stat_t)
	return ok && ok2 && a.Dev != b.Dev
}
