package cli_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// ctrlC implements the program "ctrlc TEXT COMMAND...". The program runs COMMAND in a console of its
// own, and presses Ctrl-C there when the stdout of COMMAND contains TEXT. It ends like COMMAND.
func ctrlC() {
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_CONSOLE, HideWindow: true}
	cmd.Stderr, cmd.WaitDelay = os.Stderr, time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		panic(err)
	}
	if err := cmd.Start(); err != nil {
		panic(err)
	}
	time.AfterFunc(time.Minute, func() { _ = errors.Join(cmd.Process.Kill(), out.Close()) })
	var seen []byte
	buf := make([]byte, 1000)
	for pressed := false; ; {
		n, err := out.Read(buf)
		seen = append(seen, buf[:n]...)
		if !pressed && bytes.Contains(seen, []byte(os.Args[1])) {
			pressed = true
			if err := pressCtrlC(cmd.Process.Pid); err != nil {
				fmt.Fprintln(os.Stderr, "Ctrl-C:", err)
			}
		}
		if err != nil {
			break
		}
	}
	_ = cmd.Wait() // ProcessState has the exit code
	os.Exit(cmd.ProcessState.ExitCode())
}

// pressCtrlC presses Ctrl-C in the console of a process.
func pressCtrlC(pid int) error {
	kernel := windows.NewLazySystemDLL("kernel32.dll")
	call := func(name string, args ...uintptr) error {
		if ok, _, err := kernel.NewProc(name).Call(args...); ok == 0 {
			return fmt.Errorf("%s: %w", name, err)
		}
		return nil
	}
	_ = call("FreeConsole") // this process may have none
	if err := call("AttachConsole", uintptr(pid)); err != nil {
		return err
	}
	if err := call("SetConsoleCtrlHandler", 0, 1); err != nil { // this process ignores it
		return err
	}
	return windows.GenerateConsoleCtrlEvent(windows.CTRL_C_EVENT, 0)
}
