package agentcmd

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// noFollow is 0, because Windows has no such flag.
const noFollow = 0

// detached returns the attributes of a process without a console. The process continues when this
// console ends.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.DETACHED_PROCESS | windows.CREATE_NEW_PROCESS_GROUP}
}
