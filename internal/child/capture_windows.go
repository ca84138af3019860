package child

import (
	"os"
	"os/exec"
	"strconv"
	"syscall"
)

// ownGroup keeps Ctrl-C of the console away from a program.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// signalGroup returns false, because Windows has no signals.
func signalGroup(*os.Process, os.Signal) bool { return false }

// killGroup ends a program and its children.
func killGroup(p *os.Process) {
	if exec.Command("taskkill", "/T", "/F", "/PID", strconv.Itoa(p.Pid)).Run() != nil {
		_ = p.Kill() // it may have ended
	}
}

func exitCode(state *os.ProcessState) int { return state.ExitCode() }
