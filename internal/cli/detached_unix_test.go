//go:build unix

package cli_test

import (
	"os"
	"os/exec"
	"syscall"
)

// detached implements the program "detached COMMAND...". The program runs COMMAND without a
// terminal, even if the test has one.
func detached() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	_ = cmd.Run() // ProcessState has the exit code
	os.Exit(cmd.ProcessState.ExitCode())
}
