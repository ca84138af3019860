//go:build unix

package keystore

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// foreign says whether root runs in a home that is not root's, as with sudo
// that keeps HOME.
func foreign(home string) bool {
	if os.Geteuid() != 0 {
		return false
	}
	info, err := os.Stat(home)
	if err != nil {
		return false
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && st.Uid != 0
}

// makeFolder is MkdirAll. What root creates below a folder of another user (an
// ~/.aws that a container shares with its host) is given to that user.
func makeFolder(folder string) error {
	if os.Geteuid() != 0 {
		return os.MkdirAll(folder, 0o700)
	}
	if info, err := os.Stat(folder); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(folder)
	if parent != folder {
		if err := makeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.Mkdir(folder, 0o700); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return nil
		}
		return err
	}
	info, err := os.Stat(parent)
	if err != nil {
		return err
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
		return os.Lchown(folder, int(st.Uid), int(st.Gid))
	}
	return nil
}
