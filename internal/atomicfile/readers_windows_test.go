package atomicfile_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// A writer replaces a file that lanyard itself is reading. The reader reads the old content.
func TestOwnReadersDoNotStopAWriter(t *testing.T) {
	proctest.NeedPOSIXRename(t)
	path := existing(t)
	f, err := datafile.Open(path, datafile.Limit)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := atomicfile.Write(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(f); string(got) != "old" || err != nil {
		t.Errorf("the reader got %q, %v; want \"old\"", got, err)
	}
	if got := read(t, path); got != "new" {
		t.Errorf("content %q, want \"new\"", got)
	}
}

// Other programs open files without sharing the deletion. The writer waits until such a program
// closes the file.
func TestWriterWaitsForOtherReaders(t *testing.T) {
	path := existing(t)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	closed := make(chan error, 1)
	time.AfterFunc(200*time.Millisecond, func() { closed <- f.Close() })
	if err := atomicfile.Write(path, []byte("new"), 0o600); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-closed:
		if err != nil {
			t.Error(err)
		}
	default:
		t.Error("the file was replaced while a program had it open")
	}
	if got := read(t, path); got != "new" {
		t.Errorf("content %q, want \"new\"", got)
	}
	onlyFiles(t, filepath.Dir(path), "f")
}

// If the other program keeps the file open, the error names the file. A reserved replacement
// writes its content into the file instead.
func TestReaderThatNeverCloses(t *testing.T) {
	path := existing(t)
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	if err := atomicfile.Write(path, []byte("new"), 0o600); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("Write = %v, want an error that names the file", err)
	}
	if got := read(t, path); got != "old" {
		t.Errorf("content %q, want \"old\"", got)
	}
	onlyFiles(t, filepath.Dir(path), "f")
	r, err := atomicfile.Reserve(path, 10, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Commit([]byte("token")); err != nil {
		t.Fatal(err)
	}
	if got := read(t, path); got != "token" {
		t.Errorf("content %q, want \"token\"", got)
	}
	onlyFiles(t, filepath.Dir(path), "f")
}

func TestFull(t *testing.T) {
	for _, err := range []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED} {
		if !atomicfile.Full(fmt.Errorf("write: %w", err)) {
			t.Errorf("Full(%v) = false", err)
		}
	}
	if atomicfile.Full(errors.New("other")) {
		t.Error("Full is true for any error")
	}
}

// existing returns the path of a file with the content "old".
func existing(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "f")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
