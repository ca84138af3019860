//go:build !windows

package cli_test

import (
	"os"
	"runtime"
	"syscall"
)

// maxMemory returns the most resident memory in bytes that a process or one of its children used.
func maxMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return usage.Maxrss
	}
	return usage.Maxrss << 10
}
