package atomicfile

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// isMountPoint reports whether something is mounted on the file itself, as containers do with
// single files. A rename cannot replace such a file.
func isMountPoint(target string, info fs.FileInfo) bool {
	var st unix.Statx_t
	err := unix.Statx(unix.AT_FDCWD, target, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_BASIC_STATS, &st)
	if err == nil && st.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0 {
		return st.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
	}
	return otherDevice(target, info) // Linux before 5.8
}
