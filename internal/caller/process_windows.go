package caller

import (
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

func parentOfSelf() int { return os.Getppid() }

func hasTerminal() bool {
	f, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	_ = f.Close()
	return true
}

func look(pid int) (status, bool) {
	all, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return status{}, false
	}
	defer func() { _ = windows.CloseHandle(all) }()
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(all, &entry); err == nil; err = windows.Process32Next(all, &entry) {
		if entry.ProcessID == uint32(pid) {
			return status{parent: int(entry.ParentProcessID), name: windows.UTF16ToString(entry.ExeFile[:])}, true
		}
	}
	return status{}, false
}

// terminalOf reports false: Windows does not tell whether another process has a console.
func terminalOf(int) bool { return false }

// environment finds nothing: Windows has no documented way to read another process's environment.
func environment(int) func(string) (string, bool) {
	return func(string) (string, bool) { return "", false }
}
