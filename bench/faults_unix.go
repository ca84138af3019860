//go:build unix

package main

import (
	"os"
	"syscall"
)

// minorFaults returns how many pages the system mapped for a process without reading them from a
// disk. The number shows how much work packages do when Go initialises them. It hardly changes
// from run to run.
func minorFaults(p *os.ProcessState) int64 {
	if usage, ok := p.SysUsage().(*syscall.Rusage); ok {
		return int64(usage.Minflt) //nolint:unconvert // it is an int32 on 32-bit systems
	}
	return 0
}
