//go:build !windows

package child

import (
	"os"
	"syscall"
)

// ownGroup makes a program the leader of a process group, in a session without a terminal. A program
// in the background of our terminal would stop when it reads from /dev/tty.
func ownGroup() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// signalGroup sends a signal to the process group of a program. It returns false if it could not.
func signalGroup(p *os.Process, s os.Signal) bool {
	number, ok := s.(syscall.Signal)
	return ok && syscall.Kill(-p.Pid, number) == nil
}

// killGroup kills the process group of a program. The group can exist longer than the program. Its
// id is not used again as long as the group has a process.
func killGroup(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return state.ExitCode()
}
