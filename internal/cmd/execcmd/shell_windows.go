package execcmd

import (
	"os"

	"golang.org/x/sys/windows"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// userShell returns the shell that runs this process, else COMSPEC, else cmd.exe.
func userShell(env command.Env) string {
	path := programOf(uint32(os.Getppid())) //nolint:gosec // process ids of Windows have 32 bits
	if _, ok := shellName(path); ok {
		return path
	}
	if path := env.Get("COMSPEC"); path != "" {
		return path
	}
	return "cmd.exe"
}

// programOf returns the path of the program of a process, or "".
func programOf(pid uint32) string {
	process, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, pid)
	if err != nil {
		return ""
	}
	defer func() { _ = windows.CloseHandle(process) }()
	buf := make([]uint16, windows.MAX_LONG_PATH)
	n := uint32(len(buf))
	if err := windows.QueryFullProcessImageName(process, 0, &buf[0], &n); err != nil {
		return ""
	}
	return windows.UTF16ToString(buf[:n])
}
