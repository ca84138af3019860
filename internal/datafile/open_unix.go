//go:build unix

package datafile

import "syscall"

const nonBlocking = syscall.O_NONBLOCK
