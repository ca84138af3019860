package audit

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// noFollow has no meaning on Windows.
const noFollow = 0

// tryLock locks a file. busy means that another process has the lock.
func tryLock(f *os.File) (busy bool, err error) {
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, new(windows.Overlapped))
	return errors.Is(err, windows.ERROR_LOCK_VIOLATION), err
}
