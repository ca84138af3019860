//go:build !unix

package main

import "os"

// minorFaults returns 0, because this system does not report page faults.
func minorFaults(*os.ProcessState) int64 { return 0 }
