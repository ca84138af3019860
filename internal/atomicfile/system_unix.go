//go:build unix

package atomicfile

import (
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

// keepOwner gives the new file the owner of the one it replaces, or of the
// folder. It matters for root in a container, whose ~/.aws is another user's
// folder on the host: a file of root's would lock that user out.
func keepOwner(tmp *os.File, target string) {
	if os.Geteuid() != 0 {
		return
	}
	info, err := os.Stat(target)
	if err != nil {
		if info, err = os.Stat(filepath.Dir(target)); err != nil {
			return
		}
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid != 0 {
		_ = tmp.Chown(int(st.Uid), int(st.Gid))
	}
}

// mayFollow says whether a symbolic link is followed. Root follows its own only:
// another user could have it overwrite any file.
func mayFollow(link fs.FileInfo) bool {
	st, ok := link.Sys().(*syscall.Stat_t)
	return os.Geteuid() != 0 || ok && st.Uid == 0
}
