//go:build unix

package datafile

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// open opens a file for reading. It does not wait for a writer at the other end of a pipe.
func open(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0) //nolint:gosec // the caller's file
}

// OpenAppend opens an existing file to add to its end. On Windows, other programs can replace the
// file meanwhile, as on Unix.
func OpenAppend(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0) //nolint:gosec // the caller's file
}

// passing returns how long openWithRetry retries after an error.
func passing(err error) time.Duration {
	if errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE) {
		return retryFor
	}
	return 0
}
