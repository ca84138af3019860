package browser

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// systemCommands is the opener. cmd's start would be a shell.
func systemCommands(env []string, url string) []command {
	root := lookup(env, "SystemRoot")
	if root == "" {
		root = `C:\Windows`
	}
	return found(env, []string{filepath.Join(root, "System32", "rundll32.exe"), "url.dll,FileProtocolHandler", url})
}

// runsInShell reports whether a program is a batch file: cmd.exe interprets the
// arguments of those.
func runsInShell(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".bat", ".cmd":
		return true
	}
	return false
}

// findProgram looks a program up as Windows does, but not in the current
// directory.
func findProgram(name string, _ []string) (string, error) { return exec.LookPath(name) }

// ownSession takes the child away from our console's Ctrl-C.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
