//go:build unix

package audit

import (
	"errors"
	"os"
	"syscall"
)

// noFollow makes opening fail if another user has replaced the file by a link, and not
// wait if it is a pipe.
const noFollow = syscall.O_NOFOLLOW | syscall.O_NONBLOCK

// tryLock locks a file. busy means that another process has the lock.
func tryLock(f *os.File) (busy bool, err error) {
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	return errors.Is(err, syscall.EWOULDBLOCK), err
}

// inUse returns false, because Unix also renames and removes files that are open.
func inUse(error) bool { return false }
