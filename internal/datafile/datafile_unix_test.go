//go:build unix

package datafile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	file := func(name string, make func(path string) error) string {
		path := filepath.Join(dir, name)
		if err := make(path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write := func(content string) func(string) error {
		return func(path string) error { return os.WriteFile(path, []byte(content), 0o600) }
	}
	link := func(to string) func(string) error {
		return func(path string) error { return os.Symlink(to, path) }
	}
	full := strings.Repeat("x", 100)
	regular := file("regular", write(full))
	for _, c := range []struct {
		name, path, want string
		err              error
	}{
		{"a file of exactly the limit", regular, full, nil},
		{"a link to a file", file("link", link(regular)), full, nil},
		{"an empty file", file("empty", write("")), "", nil},
		{"the null device", os.DevNull, "", nil},
		{"a link to the null device", file("null", link(os.DevNull)), "", nil},
		{"one byte over the limit", file("large", write(full+"x")), "", datafile.ErrTooLarge},
		{"a sparse file of 2 GB", file("sparse", func(path string) error {
			if err := os.WriteFile(path, nil, 0o600); err != nil {
				return err
			}
			return os.Truncate(path, 2<<30)
		}), "", datafile.ErrTooLarge},
		{"a pipe without a writer", file("pipe", func(path string) error { return syscall.Mkfifo(path, 0o600) }), "", datafile.ErrNotRegular},
		{"an endless device", file("zero", link("/dev/zero")), "", datafile.ErrNotRegular},
		{"a folder", dir, "", datafile.ErrNotRegular},
		{"a missing file", filepath.Join(dir, "none"), "", fs.ErrNotExist},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := datafile.Read(c.path, 100)
			if string(got) != c.want || !errors.Is(err, c.err) {
				t.Errorf("Read = %q, %v; want %q, %v", got, err, c.want, c.err)
			}
			if err != nil && !strings.Contains(err.Error(), c.path) {
				t.Errorf("the error does not name the file: %v", err)
			}
		})
	}
}

// If no file descriptor is free, Read waits a moment.
func TestReadWithoutFreeDescriptors(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	free := useUpDescriptors(t)
	time.AfterFunc(100*time.Millisecond, free)
	if got, err := datafile.Read(path, 100); string(got) != "x" || err != nil {
		t.Errorf("Read = %q, %v; want \"x\"", got, err)
	}
	free = useUpDescriptors(t)
	defer free()
	if _, err := datafile.Read(path, 100); !errors.Is(err, syscall.EMFILE) {
		t.Errorf("Read = %v, want EMFILE", err)
	}
}

// useUpDescriptors opens files until the process has no unused file descriptor. closeAll closes
// these files.
func useUpDescriptors(t *testing.T) (closeAll func()) {
	t.Helper()
	var old syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	few := old
	few.Cur = 64
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	var files []*os.File
	for {
		f, err := os.Open(os.DevNull)
		if err != nil {
			break
		}
		files = append(files, f)
	}
	return func() {
		for _, f := range files {
			_ = f.Close()
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old); err != nil {
			t.Error(err)
		}
	}
}
