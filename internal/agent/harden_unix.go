//go:build unix && !linux

package agent

import "golang.org/x/sys/unix"

// Harden keeps the memory of this process out of core files.
func Harden() { _ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{}) } // best effort
