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

// links is how many names a file has.
func links(info fs.FileInfo) int {
	if info == nil {
		return 0
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(st.Nlink)
	}
	return 1
}

// checkOwner refuses another user's file: a replacement would be ours. Root can
// give it away again.
func checkOwner(info fs.FileInfo) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	if ok && !privileged() && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("it belongs to another user (uid %d)", st.Uid)
	}
	return nil
}

// trust refuses a folder for backups that another user has planted, in a folder that
// many may write to: what root writes there would be given to that user. It must be
// ours, or the owner's of the folder that it is in.
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

// sameOwner compares a file with its replacement. Another group matters where
// the mode gives the group more than it gives everybody.
func sameOwner(old, replacement fs.FileInfo) error {
	was, ok := old.Sys().(*syscall.Stat_t)
	is, ok2 := replacement.Sys().(*syscall.Stat_t)
	if !ok || !ok2 {
		return nil
	}
	if was.Uid != is.Uid {
		return fmt.Errorf("its owner (uid %d) cannot be kept", was.Uid)
	}
	group, everybody := old.Mode().Perm()>>3&7, old.Mode().Perm()&7
	if was.Gid != is.Gid && group&^everybody != 0 {
		return fmt.Errorf("its group (gid %d) cannot be kept, and its mode %v would give rights to another", was.Gid, old.Mode().Perm())
	}
	return nil
}

// makeFolder is MkdirAll with mode 0700. What root creates below a folder of
// another user (an ~/.aws that a container shares with its host) is given to that
// user.
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

// existing says what is in the way of a folder; nil if it is a folder, which
// another process has just made.
func existing(folder string) error {
	info, err := os.Stat(folder)
	if err == nil && info.IsDir() {
		return nil
	}
	if target, linkErr := os.Readlink(folder); linkErr == nil && err != nil {
		return fmt.Errorf("%s is a link to %s, which is not there", folder, target)
	}
	return fmt.Errorf("%s is not a folder", folder)
}
