package awsconfig

import (
	"io/fs"
	"syscall"
	"time"
)

// system returns the device and inode of a file, and the time of the last change of its content or
// its rights. No program can set this time.
func system(info fs.FileInfo) (device, inode uint64, changed time.Time, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, 0, changed, false
	}
	return uint64(st.Dev), st.Ino, time.Unix(st.Ctim.Unix()), true //nolint:unconvert // the type of Dev differs between processors
}
