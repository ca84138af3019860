// Package datafile reads files that other programs and users can change: configs, caches,
// markers, certificates. The program opens every such file with this package. So a pipe, a
// device or a huge file causes an error. The program does not hang, and does not run out of
// memory.
package datafile

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"time"
)

// Size limits in bytes.
const (
	Limit       = 1 << 20  // of every file except a config
	ConfigLimit = 64 << 20 // of a config or credentials file
)

// Callers can test for these errors. Both come wrapped in a [fs.PathError].
var (
	ErrNotRegular = errors.New("is not a regular file")
	ErrTooLarge   = errors.New("is too large")
)

// A File is a file that is open for reading.
type File struct {
	f    *os.File
	path string
	size int64 // at the time of Open; 0 if unknown
	max  int64
	left int64 // bytes that may still be read
}

// Open opens the file for reading and checks that it is a regular file of at most
// limit bytes. It never waits for a writer at the other end of a pipe. It reads the
// null device as an empty file, because users name it to say "no file".
func Open(path string, limit int64) (*File, error) {
	f, err := openWithRetry(path)
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

// Size returns the size that the file had when it was opened. The file may have grown
// or shrunk since.
func (f *File) Size() int { return int(f.size) }

// Read implements [io.Reader]. It returns [ErrTooLarge] if the file has grown beyond
// the limit.
func (f *File) Read(p []byte) (int, error) {
	n, err := f.f.Read(p)
	if f.left -= int64(n); f.left < 0 {
		return 0, f.tooLarge()
	}
	return n, err
}

// ReadAt implements [io.ReaderAt]. It returns [ErrTooLarge] for bytes beyond the limit. It does
// not change the position of Read.
func (f *File) ReadAt(p []byte, offset int64) (int, error) {
	if offset > f.max {
		return 0, f.tooLarge()
	}
	return f.f.ReadAt(p, offset)
}

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }

func (f *File) tooLarge() error {
	return &fs.PathError{Op: "read", Path: f.path, Err: limitError(f.max)}
}

// A folderError is an [ErrNotRegular] with the operating system's text for folders.
type folderError struct{}

func (folderError) Error() string { return "is a directory" }

func (folderError) Is(target error) bool { return target == ErrNotRegular }

// A limitError is an [ErrTooLarge] that also names the limit. It does not use package
// fmt, which would slow down the start of the program.
type limitError int64

func (e limitError) Error() string {
	return ErrTooLarge.Error() + ": the limit is " + strconv.FormatInt(int64(e), 10) + " bytes"
}

func (e limitError) Is(target error) bool { return target == ErrTooLarge }

// Read returns the content of a regular file of at most limit bytes. It returns
// [ErrNotRegular], [ErrTooLarge] or an error of [os.ReadFile].
func Read(path string, limit int64) ([]byte, error) {
	f, err := Open(path, limit)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return f.all()
}

// ReadArgument returns the content of a file that the user names on the command line.
// The file may be a pipe or a device, such as /dev/stdin or a shell's <(command). The
// context can end the wait for a pipe.
func ReadArgument(ctx context.Context, path string, limit int64) ([]byte, error) {
	type result struct {
		data []byte
		err  error
	}
	done := make(chan result, 1)
	go func() { // continues after ctx ends, until the pipe has a writer
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

const (
	retryFor   = time.Second
	retryPause = 20 * time.Millisecond
)

// openWithRetry opens a file for reading. It retries for a moment if the process or the system has
// no free file descriptors, because other files are usually closed soon. On Windows, it also
// retries while another process has the file for itself.
func openWithRetry(path string) (f *os.File, err error) {
	for start := time.Now(); ; time.Sleep(retryPause) {
		f, err = open(path)
		if err == nil || time.Since(start) >= passing(err) {
			return f, err
		}
	}
}
