// Package datafile reads small files that other programs and users may have
// changed: configs, caches, markers, certificates. Every such file is opened
// here, so that a pipe, a device or an endless file in its place is an error and
// never a program that hangs or runs out of memory.
package datafile

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"
)

// The limits of the design, in bytes.
const (
	Limit       = 1 << 20  // for every file except a config
	ConfigLimit = 64 << 20 // for a config or credentials file
)

// Errors to test for. Both come wrapped in a [fs.PathError].
var (
	ErrNotRegular = errors.New("is not a regular file")
	ErrTooLarge   = errors.New("is too large")
)

// Open opens the file for reading and checks that it is a regular file. It never
// waits for the other end of a pipe. The null device counts as an empty file,
// because people name it to say "no file".
func Open(path string) (*os.File, error) {
	f, err := openPatiently(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() && !isNull(info) {
		err = &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return f, nil
}

// If the process or the system has no free file descriptors, some come back within
// moments: opening is tried again until then.
const (
	scarceFor   = time.Second
	scarcePause = 20 * time.Millisecond
)

func openPatiently(path string) (f *os.File, err error) {
	for start := time.Now(); ; time.Sleep(scarcePause) {
		f, err = os.OpenFile(path, os.O_RDONLY|nonBlocking, 0) //nolint:gosec // the caller's file
		scarce := errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
		if !scarce || time.Since(start) >= scarceFor {
			return f, err
		}
	}
}

// Read returns the content of a regular file of at most limit bytes. The errors
// are those of [os.ReadFile], [ErrNotRegular] and [ErrTooLarge].
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	tooLarge := &fs.PathError{Op: "read", Path: path, Err: fmt.Errorf("%w: the limit is %d bytes", ErrTooLarge, limit)}
	size := int64(512)
	if info, err := f.Stat(); err == nil {
		if info.Size() > limit {
			return nil, tooLarge
		}
		size = info.Size() + 1
	}
	data := make([]byte, 0, size)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
		case int64(len(data)) > limit: // it grows while it is read
			return nil, tooLarge
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

func isNull(info fs.FileInfo) bool {
	null, err := os.Stat(os.DevNull)
	return err == nil && os.SameFile(info, null)
}
