package shell

import (
	"strings"
	"syscall"
)

// Invoke returns the arguments and attributes of a process that runs a line in the system's
// shell: /bin/sh, or cmd.exe on Windows. lookup looks up an environment variable.
//
// cmd.exe gets the line as it is, as from Python's subprocess with shell=True. Package os/exec
// would write \" for each quote, which cmd.exe does not understand. With /s, cmd.exe removes the
// outer quotes only. /d skips the commands of the registry key AutoRun, which can print text.
func Invoke(line string, lookup func(name string) (string, bool)) (argv []string, attr *syscall.SysProcAttr) {
	program, _ := lookup("COMSPEC")
	if program == "" {
		root, _ := lookup("SystemRoot")
		if root == "" {
			root = `C:\Windows`
		}
		program = strings.TrimRight(root, `\`) + `\System32\cmd.exe`
	}
	return []string{program, "/d", "/s", "/c", line}, &syscall.SysProcAttr{CmdLine: `"` + program + `" /d /s /c "` + line + `"`}
}
