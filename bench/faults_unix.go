//go:build unix

package main

import (
	"os"
	"runtime"
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

// maxMemory returns the most resident memory that a process used, in bytes.
func maxMemory(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	size := int64(usage.Maxrss) //nolint:unconvert // it is an int32 on 32-bit systems
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		size <<= 10 // in kilobytes
	}
	return size
}
