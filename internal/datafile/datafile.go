// Package datafile reads files that other programs and users may have changed:
// configs, caches, markers, certificates. Every such file is opened here, so that
// a pipe, a device or an endless file in its place is an error and never a program
// that hangs or runs out of memory.
package datafile

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
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

// A File is open for reading.
type File struct {
	f    *os.File
	path string
	size int64 // when it was opened; 0 for a file that does not say
	max  int64
	left int64
}

// Open opens the file for reading and checks that it is a regular file of at most
// limit bytes. It never waits for the other end of a pipe. The null device counts
// as an empty file, because people name it to say "no file".
func Open(path string, limit int64) (*File, error) {
	f, err := openPatiently(path)
	if err != nil {
		return nil, err
	}
	file := &File{f: f, path: path, max: limit, left: limit}
	info, err := f.Stat()
	switch {
	case err != nil:
	case info.Mode().IsRegular():
		if file.size = info.Size(); file.size > limit {
			err = file.tooLarge()
		}
	case info.IsDir():
		err = &fs.PathError{Op: "read", Path: path, Err: folderError{}}
	case !isNull(info):
		err = &fs.PathError{Op: "read", Path: path, Err: ErrNotRegular}
	}
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return file, nil
}

// Size returns the size that the file had when it was opened. The file may have
// more bytes than that, or fewer.
func (f *File) Size() int { return int(f.size) }

// Read implements [io.Reader]. It returns [ErrTooLarge] for a file that has grown
// beyond the limit.
func (f *File) Read(p []byte) (int, error) {
	n, err := f.f.Read(p)
	if f.left -= int64(n); f.left < 0 {
		return 0, f.tooLarge()
	}
	return n, err
}

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }

func (f *File) tooLarge() error {
	return &fs.PathError{Op: "read", Path: f.path, Err: limitError(f.max)}
}

// A folderError is [ErrNotRegular] in the system's words.
type folderError struct{}

func (folderError) Error() string { return "is a directory" }

func (folderError) Is(target error) bool { return target == ErrNotRegular }

// A limitError is [ErrTooLarge] with the limit. Package fmt, which would word it,
// takes too long to start for the program's fast path.
type limitError int64

func (e limitError) Error() string {
	return ErrTooLarge.Error() + ": the limit is " + strconv.FormatInt(int64(e), 10) + " bytes"
}

func (e limitError) Is(target error) bool { return target == ErrTooLarge }

// Read returns the content of a regular file of at most limit bytes. The errors
// are those of [os.ReadFile], [ErrNotRegular] and [ErrTooLarge].
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return f.all()
}

// ReadArgument returns the content of a file that the user names on the command
// line, which may be a pipe or a device: /dev/stdin, or what a shell makes of
// <(command). It ends with the context: the other end of a pipe may never come.
func ReadArgument(ctx context.Context, path string, limit int64) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() { // outlives the context while it waits for the pipe
		f, err := os.Open(path) //nolint:gosec // the user's file
		if err != nil {
			done <- result{nil, err}
			return
		}
		defer func() { _ = f.Close() }()
		data, err := (&File{f: f, path: path, max: limit, left: limit}).all()
		done <- result{data, err}
	}()
	select {
	case r := <-done:
		return r.data, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// all reads the file to its end.
func (f *File) all() ([]byte, error) {
	data := make([]byte, 0, max(f.Size()+1, 512))
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		switch {
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
