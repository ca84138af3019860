//go:build unix && !linux

package atomicfile_test

import "syscall"

func mknod(string) error { return syscall.EPERM }
