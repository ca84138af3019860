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

// systemCommands are the openers to try. In WSL the browser is Windows' own: a
// Linux one, if there is any, comes second.
func systemCommands(env []string, url string) [][]string {
	if runtime.GOOS == "darwin" {
		return [][]string{{"/usr/bin/open", url}}
	}
	commands := [][]string{{"xdg-open", url}, {"x-www-browser", url}, {"www-browser", url}}
	if lookup(env, "WSL_DISTRO_NAME") != "" || lookup(env, "WSL_INTEROP") != "" {
		commands = append([][]string{{"wslview", url}, {"rundll32.exe", "url.dll,FileProtocolHandler", url}}, commands...)
	}
	return commands
}

// findProgram looks a program up in the PATH of env, which is not ours in a
// test. A relative directory in it does not count: a program lying in the
// current directory must not be taken for a browser.
func findProgram(name string, env []string) (string, error) {
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

// ownSession takes the child away from our terminal and its Ctrl-C.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
