package browser

import (
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
)

// systemCommands returns the opener of the system. It does not use the command start of
// cmd.exe, because cmd.exe is a shell.
func systemCommands(env []string, url string) []command {
	root := lookup(env, "SystemRoot")
	if root == "" {
		root = `C:\Windows`
	}
	return existing(env, []string{filepath.Join(root, "System32", "rundll32.exe"), "url.dll,FileProtocolHandler", url})
}

// runsInShell reports whether a program is a batch file. cmd.exe interprets the arguments
// of batch files. Windows ignores dots and spaces at the end of the name.
func runsInShell(path string) bool {
	switch strings.ToLower(filepath.Ext(strings.TrimRight(path, ". "))) {
	case ".bat", ".cmd":
		return true
	}
	return false
}

// findProgram finds a program like Windows, but not in the current folder.
func findProgram(name string, _ []string) (string, error) { return exec.LookPath(name) }

// ownSession returns the attributes of a process that does not get the Ctrl-C of our
// console.
func ownSession() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
