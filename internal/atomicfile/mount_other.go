//go:build unix && !linux

package atomicfile

import "io/fs"

// isMountPoint reports whether something is mounted on the file itself.
func isMountPoint(target string, info fs.FileInfo) bool { return otherDevice(target, info) }
