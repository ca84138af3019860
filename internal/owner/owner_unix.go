//go:build unix

// Package owner reports who owns a file. It also gives files that root creates in
// another user's folder to that user. Root in a container often shares ~/.aws with a
// user of the host, who could not read a file that belongs to root.
package owner

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"syscall"
)

// Of returns the user id and the group id of a file. ok is false if the system has no
// such ids.
func Of(info fs.FileInfo) (uid, gid int, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(st.Uid), int(st.Gid), true
}

// MakeFolder creates a folder and its parents with mode 0700. A folder that root creates
// gets the owner of its parent.
func MakeFolder(folder string) error {
	if os.Geteuid() != 0 {
		return os.MkdirAll(folder, 0o700)
	}
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	if parent := path.Dir(folder); parent != folder {
		if err := MakeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	return Inherit(folder)
}

// Inherit gives a file or folder that root has just created to the owner of its parent
// folder. It does nothing if the process does not run as root.
func Inherit(file string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(path.Dir(file))
	if err != nil {
		return err
	}
	if uid, gid, ok := Of(info); ok && uid != 0 {
		return os.Lchown(file, uid, gid)
	}
	return nil
}
