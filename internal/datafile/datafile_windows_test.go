package datafile_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

func TestRead(t *testing.T) {
	dir := t.TempDir()
	full := strings.Repeat("x", 100)
	write := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name, path, want string
		err              error
	}{
		{"a file of exactly the limit", write("regular", full), full, nil},
		{"an empty file", write("empty", ""), "", nil},
		{"the null device", os.DevNull, "", nil},
		{"one byte over the limit", write("large", full+"x"), "", datafile.ErrTooLarge},
		{"a folder", dir, "", datafile.ErrNotRegular},
		{"a missing file", filepath.Join(dir, "none"), "", fs.ErrNotExist},
		{"a file in a missing folder", filepath.Join(dir, "none", "none"), "", fs.ErrNotExist},
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

// While a file is open for reading, other programs can rename and delete it.
func TestOpenFileCanBeDeleted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := datafile.Open(path, 100)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := os.Rename(path, path+".old"); err != nil {
		t.Error(err)
	}
	if err := os.Remove(path + ".old"); err != nil {
		t.Error(err)
	}
}

// Read waits a moment for a program that has the file for itself, such as a virus scanner.
func TestReadWaitsForAProgramWithTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(100*time.Millisecond, func() { _ = windows.CloseHandle(h) })
	if got, err := datafile.Read(path, 100); string(got) != "x" || err != nil {
		t.Errorf("Read = %q, %v; want \"x\"", got, err)
	}
}
