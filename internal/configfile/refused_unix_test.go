//go:build unix

package configfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/configfile"
)

// refused makes an edit that must fail. It fails the test if the file or its folder has
// changed, except for the folder .lanyard and the lock.
func refused(t *testing.T, path string, says ...string) *configfile.FileError {
	t.Helper()
	before, _ := os.ReadFile(path)
	names := list(t, filepath.Dir(path))
	_, err := editor(t).Edit(t.Context(), path, "x", add("new"))
	var file *configfile.FileError
	if !errors.As(err, &file) || file.Path != path || file.Hint == "" {
		t.Fatalf("error %v, %+v; want a FileError with a hint", err, file)
	}
	checkSays(t, err.Error()+" "+file.Hint, append(says, path)...)
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Errorf("the file now contains %q, want no change", after)
	}
	if now := list(t, filepath.Dir(path)); now != names {
		t.Errorf("the folder contains %s, want %s", now, names)
	}
	return file
}

func checkSays(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not contain %q", text, part)
		}
	}
	if strings.Contains(text, ".tmp-") {
		t.Errorf("%q names a temporary file", text)
	}
}

// list returns the names in a folder, without .lanyard and the lock.
func list(t *testing.T, folder string) string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		if name := e.Name(); name != ".lanyard" && name != ".config.lock" {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

func TestSpecialFilesAreNotReplaced(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip("pipes are not supported: ", err)
	}
	for _, path := range []string{path, os.DevNull} {
		_, err := editor(t).Edit(t.Context(), path, "x", add("new"))
		if err == nil || !strings.Contains(err.Error(), path+": it is not a regular file") {
			t.Errorf("error %v, want an error about a file that is not regular", err)
		}
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("%v, %v; want the pipe unchanged", info, err)
	}
	folder := t.TempDir()
	_, err := editor(t).Edit(t.Context(), folder, "x", add("new"))
	if err == nil || !strings.Contains(err.Error(), folder+": is a directory") {
		t.Errorf("error %v, want an error about the folder", err)
	}
}

// If the backup fails, the edit fails. The error names the backup folder.
func TestNoChangeWithoutBackup(t *testing.T) {
	for name, prepare := range map[string]func(ours string) error{
		"a file instead of the folder": func(ours string) error { return os.WriteFile(ours, nil, 0o600) },
		"a link instead of the folder": func(ours string) error { return os.Symlink(os.TempDir(), ours) },
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config")
			ours := filepath.Join(filepath.Dir(path), ".lanyard")
			write(t, path, "old\n", 0o600)
			if err := prepare(ours); err != nil {
				t.Fatal(err)
			}
			if err := refused(t, path, ours, "not a folder"); err.Op != "back up" {
				t.Errorf("Op %q, want back up", err.Op)
			}
		})
	}
}
