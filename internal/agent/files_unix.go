//go:build unix

package agent

import "syscall"

// openFiles is how many files the process may have open.
func openFiles() int {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 256 // of the least generous system, macOS
	}
	return int(min(uint64(limit.Cur), 1<<20)) //nolint:unconvert // signed on FreeBSD
}
