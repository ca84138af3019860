//go:build unix

package filelock

import (
	"os"
	"syscall"
)

const (
	openFlags = os.O_CREATE | os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
	openLease = os.O_RDONLY | syscall.O_NOFOLLOW | syscall.O_NONBLOCK
)
