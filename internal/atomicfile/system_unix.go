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
