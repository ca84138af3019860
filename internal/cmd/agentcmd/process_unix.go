//go:build unix

package agentcmd

import "syscall"

// noFollow makes an open fail if the file is a symbolic link.
const noFollow = syscall.O_NOFOLLOW

// detached returns the attributes of a process in a new session. The process continues when this
// terminal ends.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
