package configfile_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/configfile"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// editor returns an Editor with a fixed time. The Editor fails the test if it warns.
func editor(t *testing.T) *configfile.Editor {
	return &configfile.Editor{
		Now:  func() time.Time { return noon },
		Warn: func(text, hint string) { t.Errorf("warning: %s (%s)", text, hint) },
	}
}

// add returns a change that appends a line.
func add(line string) func([]byte) ([]byte, error) {
	return func(old []byte) ([]byte, error) { return append(old, line+"\n"...), nil }
}

func edit(t *testing.T, e *configfile.Editor, path, line string) {
	t.Helper()
	changed, err := e.Edit(t.Context(), path, "add "+line, add(line))
	if err != nil || !changed {
		t.Fatalf("edit: changed %v, error %v; want a change", changed, err)
	}
}

func write(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // the umask may have removed bits
		t.Fatal(err)
	}
}

func check(t *testing.T, path, want string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || string(data) != want {
		t.Errorf("%s contains %q, %v; want %q", filepath.Base(path), data, err, want)
	}
}

func checkMode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" && info.Mode().Perm() != want {
		t.Errorf("%s: mode %v, want %v", path, info.Mode().Perm(), want)
	}
}

// checkNames fails the test unless the folder contains exactly these names.
func checkNames(t *testing.T, folder string, want ...string) {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil && len(want) > 0 {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("%s contains %q, want %q", filepath.Base(folder), got, want)
	}
}

func TestNewFileAndFolderArePrivate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "home", ".aws")
	path := filepath.Join(folder, "config")
	edit(t, editor(t), path, "[default]")
	check(t, path, "[default]\n")
	checkMode(t, path, 0o600)
	checkMode(t, folder, 0o700)
	checkMode(t, filepath.Join(folder, ".lanyard"), 0o700)
	checkMode(t, filepath.Join(folder, ".lanyard", "config.last"), 0o600)
	checkNames(t, folder, ".config.lock", ".lanyard", "config")
	checkNames(t, filepath.Join(folder, ".lanyard"), ".gitignore", "config.last")
}

func TestModeIsKept(t *testing.T) {
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o640, 0o666, 0o755} {
		path := filepath.Join(t.TempDir(), "config")
		write(t, path, "old\n", mode)
		edit(t, editor(t), path, "new")
		check(t, path, "old\nnew\n")
		checkMode(t, path, mode)
	}
}

func TestNoDifferenceWritesNothing(t *testing.T) {
	same := func(old []byte) ([]byte, error) { return old, nil }
	inPlace := func(old []byte) ([]byte, error) { copy(old, "OLD"); return []byte("old\n"), nil }
	for name, change := range map[string]func([]byte) ([]byte, error){"same": same, "overwrites its argument": inPlace} {
		folder := t.TempDir()
		path := filepath.Join(folder, "config")
		write(t, path, "old\n", 0o600)
		before, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		changed, err := editor(t).Edit(t.Context(), path, "nothing", change)
		if changed || err != nil {
			t.Errorf("%s: changed %v, error %v; want no change", name, changed, err)
		}
		after, err := os.Stat(path)
		if err != nil || !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
			t.Errorf("%s: the file was replaced (%v), want the same file", name, err)
		}
		checkNames(t, folder, "config")
	}
	missing := filepath.Join(t.TempDir(), ".aws", "config")
	if changed, err := editor(t).Edit(t.Context(), missing, "nothing", same); changed || err != nil {
		t.Errorf("changed %v, error %v; want no change", changed, err)
	}
	checkNames(t, filepath.Dir(filepath.Dir(missing)))
}

func TestErrorOfChangeWritesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write(t, path, "old\n", 0o600)
	refused := errors.New("no such section")
	changed, err := editor(t).Edit(t.Context(), path, "x", func([]byte) ([]byte, error) { return []byte("new"), refused })
	if changed || err != refused { //nolint:errorlint // Edit returns the error unchanged
		t.Errorf("changed %v, error %v, want the error of change", changed, err)
	}
	check(t, path, "old\n")
	checkNames(t, filepath.Dir(path), "config")
}

// Another program writes the file between the first read and the lock.
func TestWriteOfAnotherProgramIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write(t, path, "old\n", 0o600)
	calls := 0
	_, err := editor(t).Edit(t.Context(), path, "x", func(old []byte) ([]byte, error) {
		if calls++; calls == 1 {
			write(t, path, "old\ntheirs\n", 0o600)
		}
		return append(old, "ours\n"...), nil
	})
	if err != nil {
		t.Fatal(err)
	}
	check(t, path, "old\ntheirs\nours\n")
	if calls != 2 {
		t.Errorf("%d calls, want 2", calls)
	}
}

// Another program writes the file while Edit writes the backup and the record. The test
// writes the file in Now, which Edit calls for the dates of both.
func TestLateWriteOfAnotherProgramIsKept(t *testing.T) {
	for _, times := range []int{1, 1000} {
		path := filepath.Join(t.TempDir(), "config")
		write(t, path, "theirs 0\n", 0o600)
		asked, theirs := 0, "theirs 0\n"
		e := &configfile.Editor{Now: func() time.Time {
			if asked++; asked <= times {
				theirs = fmt.Sprintf("theirs %d\n", asked)
				write(t, path, theirs, 0o600)
			}
			return noon
		}}
		changed, err := e.Edit(t.Context(), path, "x", add("ours"))
		if times == 1 {
			if !changed || err != nil {
				t.Errorf("changed %v, error %v; want a change", changed, err)
			}
			check(t, path, "theirs 1\nours\n")
			continue
		}
		var file *configfile.FileError
		if changed || !errors.As(err, &file) || !strings.Contains(err.Error(), "another program keeps changing the file") {
			t.Errorf("changed %v, error %v; want a FileError about another program", changed, err)
		}
		check(t, path, theirs)
		checkNames(t, filepath.Dir(path), ".config.lock", ".lanyard", "config")
	}
}

func TestEmptyPathIsAnError(t *testing.T) {
	if changed, err := editor(t).Edit(t.Context(), "", "x", add("new")); changed || err == nil {
		t.Errorf("changed %v, error %v; want an error", changed, err)
	}
}
