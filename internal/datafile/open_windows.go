package datafile

import (
	"errors"
	"os"
	"syscall"
	"time"
)

const (
	errSharingViolation = syscall.Errno(32)
	errTooManyOpenFiles = syscall.Errno(4)

	// deniedFor is how long an open that the system denies is retried. Windows also denies the
	// open of a file that another process is just replacing.
	deniedFor = 100 * time.Millisecond
)

// open opens a file for reading. Unlike os.Open, it lets other programs rename and delete the file
// meanwhile, so that a reader does not stop a writer from replacing the file.
func open(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	h, err := syscall.CreateFile(name, syscall.GENERIC_READ,
		syscall.FILE_SHARE_READ|syscall.FILE_SHARE_WRITE|syscall.FILE_SHARE_DELETE, nil, syscall.OPEN_EXISTING,
		syscall.FILE_ATTRIBUTE_NORMAL|syscall.FILE_FLAG_BACKUP_SEMANTICS, 0) // BACKUP_SEMANTICS opens folders too
	if err != nil {
		return os.OpenFile(path, os.O_RDONLY, 0) //nolint:gosec // for its error, and for long paths on old systems
	}
	return os.NewFile(uintptr(h), path), nil
}

// OpenAppend opens an existing file to add to its end. On Windows, other programs can replace the
// file meanwhile, as on Unix.
func OpenAppend(path string) (*os.File, error) {
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	h, err := syscall.CreateFile(name, syscall.FILE_APPEND_DATA|syscall.SYNCHRONIZE,
		syscall.FILE_SHARE_READ|syscall.FILE_SHARE_WRITE|syscall.FILE_SHARE_DELETE, nil, syscall.OPEN_EXISTING,
		syscall.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// passing returns how long openWithRetry retries after an error.
func passing(err error) time.Duration {
	switch {
	case errors.Is(err, errSharingViolation), errors.Is(err, errTooManyOpenFiles):
		return retryFor
	case errors.Is(err, syscall.ERROR_ACCESS_DENIED):
		return deniedFor
	}
	return 0
}
