//go:build amd64 || arm64

package stormtest_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"golang.org/x/sys/unix"
)

// short leaves the first letters of the hashes in names of files, and nothing of what
// is random in them.
var short = regexp.MustCompile(`([0-9a-f]{4})[0-9a-f]{36}|(?:-)[0-9]{5,}$`)

// A change is a system call that changes files: which argument names the file, and,
// if that is a path, which the folder that it counts from.
type change struct {
	name         string
	folder, file int // folder -1: file is a descriptor
}

var changing = map[uint64]change{
	unix.SYS_OPENAT: {"openat", 0, 1}, unix.SYS_MKDIRAT: {"mkdirat", 0, 1}, unix.SYS_UNLINKAT: {"unlinkat", 0, 1},
	unix.SYS_RENAMEAT: {"renameat", 2, 3}, unix.SYS_RENAMEAT2: {"renameat2", 2, 3}, unix.SYS_LINKAT: {"linkat", 2, 3},
	unix.SYS_SYMLINKAT: {"symlinkat", 1, 2}, unix.SYS_FCHMODAT: {"fchmodat", 0, 1}, unix.SYS_FCHOWNAT: {"fchownat", 0, 1},
	unix.SYS_WRITE: {"write", -1, 0}, unix.SYS_PWRITE64: {"pwrite64", -1, 0}, unix.SYS_FTRUNCATE: {"ftruncate", -1, 0},
	unix.SYS_FSYNC: {"fsync", -1, 0}, unix.SYS_FDATASYNC: {"fdatasync", -1, 0}, unix.SYS_FCHMOD: {"fchmod", -1, 0},
	unix.SYS_FCHOWN: {"fchown", -1, 0}, unix.SYS_FLOCK: {"flock", -1, 0},
}

func (c change) path(tid int, args [6]uint64) string {
	if c.folder < 0 {
		return descriptor(tid, args[c.file])
	}
	path := text(tid, args[c.file])
	if !filepath.IsAbs(path) {
		path = filepath.Join(descriptor(tid, args[c.folder]), path)
	}
	return path
}

func descriptor(tid int, fd uint64) string {
	name := fmt.Sprintf("/proc/%d/fd/%d", tid, int32(fd))
	if int32(fd) == unix.AT_FDCWD {
		name = fmt.Sprintf("/proc/%d/cwd", tid)
	}
	path, _ := os.Readlink(name) // closed by now: no file of ours
	return path
}

// text reads a string of the program.
func text(tid int, at uint64) string {
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", tid))
	if err != nil {
		return ""
	}
	defer func() { _ = mem.Close() }()
	b := make([]byte, 4096)
	n, _ := mem.ReadAt(b, int64(at)) // less, at the end of a page: paths are short
	s, _, _ := strings.Cut(string(b[:n]), "\x00")
	return s
}
