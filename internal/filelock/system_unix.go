//go:build unix

package filelock

import (
	"os"
	"path/filepath"
	"syscall"
)

const openFlags = os.O_CREATE | os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK

const openLease = os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// keepOwner gives a lock file that root has just made to the owner of its
// folder: a container's root shares ~/.aws with a user of the host, whom a lock
// of root's would keep out for ever.
func keepOwner(path string) {
	if os.Geteuid() != 0 {
		return
	}
	info, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
		_ = os.Lchown(path, int(st.Uid), int(st.Gid))
	}
}
