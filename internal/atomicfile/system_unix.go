//go:build unix

package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
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

// keepOwner gives the new file the owner and group of the one it replaces; a new
// file of root's gets those of its folder. It matters for root in a container,
// whose ~/.aws is another user's folder on the host: a file of root's would lock
// that user out.
func keepOwner(tmp *os.File, target string) {
	root := os.Geteuid() == 0
	info, err := os.Stat(target)
	replaces := err == nil
	if !replaces && root {
		info, err = os.Stat(filepath.Dir(target))
	}
	if err != nil {
		return
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case !ok:
	case root && (replaces || st.Uid != 0):
		_ = tmp.Chown(int(st.Uid), int(st.Gid))
	case replaces && !root:
		_ = tmp.Chown(-1, int(st.Gid)) // works in groups that we are in
	}
}

// mayFollow says whether a symbolic link is followed. Root follows its own only:
// another user could have it overwrite any file.
func mayFollow(link fs.FileInfo) bool {
	st, ok := link.Sys().(*syscall.Stat_t)
	return os.Geteuid() != 0 || ok && st.Uid == 0
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
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid()
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
