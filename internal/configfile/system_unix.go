//go:build unix

package configfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

func privileged() bool { return os.Geteuid() == 0 }

// links returns the number of hard links of a file.
func links(info fs.FileInfo) int {
	if info == nil {
		return 0
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Nlink)
	}
	return 1
}

// checkOwner returns an error for another user's file, because the replacement would belong
// to this user. Root is allowed, because root can set the owner again.
func checkOwner(info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if ok && !privileged() && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("it belongs to another user (uid %d)", st.Uid)
	}
	return nil
}

// trust returns an error for a backup folder that another user may have made in a shared
// folder. Files that root writes there would belong to that user. So the folder must belong
// to this user or to the owner of its parent.
func (p place) trust(folder fs.FileInfo) error {
	around, err := os.Stat(p.folder())
	if err != nil {
		return err
	}
	is, ok := folder.Sys().(*syscall.Stat_t)
	in, ok2 := around.Sys().(*syscall.Stat_t)
	if ok && ok2 && int(is.Uid) != os.Geteuid() && is.Uid != in.Uid {
		return fmt.Errorf("it belongs to another user (uid %d)", is.Uid)
	}
	return nil
}

// sameOwner returns an error if the replacement does not have the owner and group of the
// file. A different group is an error only if the mode gives the group more permissions than
// other users.
func sameOwner(old, replacement fs.FileInfo) error {
	was, ok := old.Sys().(*syscall.Stat_t)
	is, ok2 := replacement.Sys().(*syscall.Stat_t)
	if !ok || !ok2 {
		return nil
	}
	if was.Uid != is.Uid {
		return fmt.Errorf("its owner (uid %d) cannot be kept", was.Uid)
	}
	group, all := old.Mode().Perm()>>3&7, old.Mode().Perm()&7
	if was.Gid != is.Gid && group&^all != 0 {
		return fmt.Errorf("its group (gid %d) cannot be kept, and its mode %v would give permissions to another group", was.Gid, old.Mode().Perm())
	}
	return nil
}

// makeFolder calls os.MkdirAll with mode 0700. If root creates a folder below another user's
// folder, the new folder belongs to that user. A container may share such an ~/.aws with its
// host.
func makeFolder(folder string) error {
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(folder); parent != folder {
		if err := makeFolder(parent); err != nil {
			return err
		}
	}
	err := os.Mkdir(folder, 0o700)
	if errors.Is(err, fs.ErrExist) {
		return existing(folder)
	}
	if err != nil || !privileged() {
		return err
	}
	info, err := os.Stat(filepath.Dir(folder))
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
		return os.Lchown(folder, int(st.Uid), int(st.Gid))
	}
	return nil
}

// existing returns nil if folder is a folder, because another process has just created it.
// Otherwise it returns an error that says what folder is.
func existing(folder string) error {
	info, err := os.Stat(folder)
	if err == nil && info.IsDir() {
		return nil
	}
	if target, linkErr := os.Readlink(folder); linkErr == nil && err != nil {
		return fmt.Errorf("%s is a link to %s, which does not exist", folder, target)
	}
	return fmt.Errorf("%s is not a folder", folder)
}
