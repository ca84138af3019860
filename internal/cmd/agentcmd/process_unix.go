//go:build unix

package agentcmd

import "syscall"

// noFollow is the flag to not open symbolic links.
const noFollow = syscall.O_NOFOLLOW

// detached returns the attributes of a process in a new session: the end of this terminal
// does not end it.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
