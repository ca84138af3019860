//go:build unix

package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// systemCommands returns the openers of the system that exist. In WSL the browsers of
// Windows come first. rundll32.exe needs no shell, unlike cmd.exe and powershell.exe.
// lanyard finds it even if wsl.conf omits the PATH of Windows.
func systemCommands(env []string, url string) []command {
	if runtime.GOOS == "darwin" {
		return existing(env, []string{"/usr/bin/open", url})
	}
	commands := existing(env, []string{"xdg-open", url}, []string{"x-www-browser", url}, []string{"www-browser", url})
	if !inWSL(env) {
		return commands
	}
	windows := existing(env, []string{"wslview", url}, []string{"rundll32.exe", "url.dll,FileProtocolHandler", url})
	if len(windows) == 0 {
		windows = existing(env, []string{"/mnt/c/Windows/System32/rundll32.exe", "url.dll,FileProtocolHandler", url})
	}
	return append(windows, commands...)
}

func inWSL(env []string) bool {
	return lookup(env, "WSL_DISTRO_NAME") != "" || lookup(env, "WSL_INTEROP") != ""
}

// runsInShell reports whether the system runs a program with a shell that interprets the
// arguments.
func runsInShell(string) bool { return false }

// findProgram finds a program in the PATH of env. It ignores relative folders in PATH, so
// that it does not start a program of the current folder. In WSL it also accepts Windows
// paths.
func findProgram(name string, env []string) (string, error) {
	if len(name) > 3 && isDrive(name[:1], name[2:]) && name[1] == ':' && inWSL(env) {
		name = "/mnt/" + strings.ToLower(name[:1]) + strings.ReplaceAll(name[2:], `\`, "/")
	}
	if strings.Contains(name, "/") {
		return name, executable(name)
	}
	for _, dir := range filepath.SplitList(lookup(env, "PATH")) {
		if path := filepath.Join(dir, name); filepath.IsAbs(dir) && executable(path) == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir() || info.Mode()&0o111 == 0:
		return os.ErrPermission
	}
	return nil
}

// ownSession returns the attributes of a process that does not get the Ctrl-C of our
// terminal.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
