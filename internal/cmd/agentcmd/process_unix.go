//go:build unix

package agentcmd

import "syscall"

// noFollow opens no symbolic link.
const noFollow = syscall.O_NOFOLLOW

// detached starts a process in a session of its own: the end of this terminal is
// not its.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
