package audit

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// noFollow has no meaning on Windows.
const noFollow = 0

// tryLock locks a file. busy means that another process has the lock. Windows does not let other
// processes read the bytes that are locked, so tryLock locks a byte far behind the content.
func tryLock(f *os.File) (busy bool, err error) {
	behind := &windows.Overlapped{OffsetHigh: 1}
	err = windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, behind)
	return errors.Is(err, windows.ERROR_LOCK_VIOLATION), err
}

// inUse reports whether an error says that another program has the file open.
func inUse(err error) bool { return errors.Is(err, windows.ERROR_SHARING_VIOLATION) }
