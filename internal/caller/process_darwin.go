package caller

import (
	"golang.org/x/sys/unix"
)

func look(pid int) (status, bool) {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return status{}, false
	}
	return status{parent: int(info.Eproc.Ppid), name: unix.ByteSliceToString(info.Proc.P_comm[:])}, true
}

func terminalOf(pid int) bool {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	return err == nil && info.Eproc.Tdev != -1
}

// environment finds nothing: macOS shows the environment of another process only to debuggers.
func environment(int) func(string) (string, bool) {
	return func(string) (string, bool) { return "", false }
}
