package browser

import (
	"os/exec"
	"path/filepath"
	"syscall"
)

// systemCommands is the opener. cmd's start would be a shell.
func systemCommands(env []string, url string) [][]string {
	root := lookup(env, "SystemRoot")
	if root == "" {
		root = `C:\Windows`
	}
	return [][]string{{filepath.Join(root, "System32", "rundll32.exe"), "url.dll,FileProtocolHandler", url}}
}

// findProgram looks a program up as Windows does, but not in the current
// directory.
func findProgram(name string, _ []string) (string, error) { return exec.LookPath(name) }

// ownSession takes the child away from our console's Ctrl-C.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
