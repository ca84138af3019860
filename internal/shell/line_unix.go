//go:build unix

package shell

import "syscall"

// Invoke returns the arguments and attributes of a process that runs a line in the system's
// shell: /bin/sh, or cmd.exe on Windows. lookup looks up an environment variable.
func Invoke(line string, _ func(name string) (string, bool)) (argv []string, attr *syscall.SysProcAttr) {
	return []string{"/bin/sh", "-c", line}, nil
}
