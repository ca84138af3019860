package agentcmd

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// noFollow has no counterpart here.
const noFollow = 0

// detached starts a process without a console: the end of this one is not its.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}
