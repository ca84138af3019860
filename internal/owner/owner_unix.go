//go:build unix

// Package owner tells who owns a file, and gives what root creates in another user's
// folder to that user. Root in a container often shares ~/.aws with a user of the host: a
// file of root's would lock that user out.
package owner

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// Of returns the owner and the group of a file. ok is false if the system has no numbers
// for them.
func Of(info fs.FileInfo) (uid, gid int, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, false
	}
	return int(st.Uid), int(st.Gid), true
}

// MakeFolder creates a folder and those above it, readable by the user alone. What root
// creates belongs to the owner of the folder around it.
func MakeFolder(folder string) error {
	if os.Geteuid() != 0 {
		return os.MkdirAll(folder, 0o700)
	}
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	if parent := filepath.Dir(folder); parent != folder {
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

// Inherit gives a file or folder that root has just created to the owner of the folder
// around it. For other users it does nothing.
func Inherit(path string) error {
	if os.Geteuid() != 0 {
		return nil
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return err
	}
	if uid, gid, ok := Of(info); ok && uid != 0 {
		return os.Lchown(path, uid, gid)
	}
	return nil
}
