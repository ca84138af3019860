package atomicfile_test

import "syscall"

// mknod creates a device like /dev/null.
func mknod(path string) error { return syscall.Mknod(path, syscall.S_IFCHR|0o600, 1<<8|3) }
