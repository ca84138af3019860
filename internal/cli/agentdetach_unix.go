//go:build unix

package cli

import "syscall"

// detached starts a process in a session of its own: the end of this terminal is
// not its.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
