//go:build !unix

package main

import "os"

// minorFaults returns 0, because this system does not report page faults.
func minorFaults(*os.ProcessState) int64 { return 0 }

// maxMemory returns 0, because the system does not report the memory of a process that has ended.
func maxMemory(*os.ProcessState) int64 { return 0 }
