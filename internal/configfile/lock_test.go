package configfile_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/configfile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
)

func TestLockedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write(t, path, "old\n", 0o600)
	lock, err := filelock.Try(filepath.Join(filepath.Dir(path), ".config.lock"))
	if err != nil {
		t.Fatal(err)
	}
	e := editor(t)
	e.Wait = 20 * time.Millisecond
	_, err = e.Edit(t.Context(), path, "x", add("new"))
	var file *configfile.FileError
	if !errors.As(err, &file) || file.Path != path || !strings.Contains(err.Error(), "another process") || file.Hint == "" {
		t.Errorf("error %v, want a FileError with a hint about another process", err)
	}

	e.Wait = time.Hour
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(10*time.Millisecond, cancel)
	if _, err := e.Edit(ctx, path, "x", add("new")); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	check(t, path, "old\n")

	time.AfterFunc(10*time.Millisecond, lock.Release)
	edit(t, e, path, "new")
	check(t, path, "old\nnew\n")
}

func TestCancelledEditWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write(t, path, "old\n", 0o600)
	ctx, cancel := context.WithCancel(t.Context())
	_, err := editor(t).Edit(ctx, path, "x", func([]byte) ([]byte, error) { cancel(); return []byte("new\n"), nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	check(t, path, "old\n")
	if r, err := editor(t).Last(path); r != nil || err != nil {
		t.Errorf("Last returns a change that was not made: %v, %v", r, err)
	}
}

// A folder at the path of the lock makes the lock fail, like a file system without locks.
func TestEditWithoutLocks(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	if err := os.Mkdir(filepath.Join(filepath.Dir(path), ".config.lock"), 0o700); err != nil {
		t.Fatal(err)
	}
	write(t, path, "old\n", 0o600)
	temporary := filepath.Join(filepath.Dir(path), ".config.tmp-1")
	write(t, temporary, "may belong to another process", 0o600)
	var warnings []string
	now := time.Now()
	e := &configfile.Editor{
		Now:  func() time.Time { return now },
		Warn: func(text, hint string) { warnings = append(warnings, text+" "+hint) },
	}
	edit(t, e, path, "new")
	check(t, path, "old\nnew\n")
	if len(warnings) != 1 || !strings.Contains(warnings[0], path) || !strings.Contains(warnings[0], "without a lock") {
		t.Errorf("warnings %q, want a warning about the missing lock", warnings)
	}
	check(t, temporary, "may belong to another process")
	now = now.Add(2 * time.Hour)
	edit(t, &configfile.Editor{Now: e.Now}, path, "newer")
	checkNames(t, filepath.Dir(path), ".config.lock", ".lanyard", "config")
}
