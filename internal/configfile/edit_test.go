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

// editor is one whose day stands still, and that fails the test if it warns.
func editor(t *testing.T) *configfile.Editor {
	return &configfile.Editor{
		Now:  func() time.Time { return noon },
		Warn: func(text, hint string) { t.Errorf("warning: %s (%s)", text, hint) },
	}
}

// add appends a line.
func add(line string) func([]byte) ([]byte, error) {
	return func(old []byte) ([]byte, error) { return append(old, line+"\n"...), nil }
}

func edit(t *testing.T, e *configfile.Editor, path, line string) {
	t.Helper()
	changed, err := e.Edit(t.Context(), path, "add "+line, add(line))
	if err != nil || !changed {
		t.Fatalf("edit: changed %v, error %v", changed, err)
	}
}

func write(t *testing.T, path, content string, mode fs.FileMode) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil { // whatever the umask
		t.Fatal(err)
	}
}

func check(t *testing.T, path, want string) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil || string(data) != want {
		t.Errorf("%s holds %q, %v; want %q", filepath.Base(path), data, err, want)
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

// holds compares the names in a folder.
func holds(t *testing.T, folder string, want ...string) {
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
		t.Errorf("%s holds %q, want %q", filepath.Base(folder), got, want)
	}
}

func TestANewFileAndItsFolderArePrivate(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "home", ".aws")
	path := filepath.Join(folder, "config")
	edit(t, editor(t), path, "[default]")
	check(t, path, "[default]\n")
	checkMode(t, path, 0o600)
	checkMode(t, folder, 0o700)
	checkMode(t, filepath.Join(folder, ".lanyard"), 0o700)
	checkMode(t, filepath.Join(folder, ".lanyard", "config.last"), 0o600)
	holds(t, folder, ".config.lock", ".lanyard", "config")
	holds(t, filepath.Join(folder, ".lanyard"), ".gitignore", "config.last")
}

func TestTheModeStays(t *testing.T) {
	for _, mode := range []fs.FileMode{0o600, 0o644, 0o640, 0o666, 0o755} {
		path := filepath.Join(t.TempDir(), "config")
		write(t, path, "old\n", mode)
		edit(t, editor(t), path, "new")
		check(t, path, "old\nnew\n")
		checkMode(t, path, mode)
	}
}

func TestWithoutADifferenceNothingIsTouched(t *testing.T) {
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
			t.Errorf("%s: changed %v, error %v", name, changed, err)
		}
		after, err := os.Stat(path)
		if err != nil || !os.SameFile(before, after) || !before.ModTime().Equal(after.ModTime()) {
			t.Errorf("%s: the file was replaced (%v)", name, err)
		}
		holds(t, folder, "config")
	}
	missing := filepath.Join(t.TempDir(), ".aws", "config")
	if changed, err := editor(t).Edit(t.Context(), missing, "nothing", same); changed || err != nil {
		t.Errorf("changed %v, error %v", changed, err)
	}
	holds(t, filepath.Dir(filepath.Dir(missing)))
}

func TestAnErrorOfTheChangeLeavesTheFileAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	write(t, path, "old\n", 0o600)
	refused := errors.New("no such section")
	changed, err := editor(t).Edit(t.Context(), path, "x", func([]byte) ([]byte, error) { return []byte("new"), refused })
	if changed || err != refused { //nolint:errorlint // the very error, as documented
		t.Errorf("changed %v, error %v, want the change's own", changed, err)
	}
	check(t, path, "old\n")
	holds(t, filepath.Dir(path), "config")
}

// Another program writes between our reading and our writing.
func TestWhatAnotherProgramWritesMeanwhileIsKept(t *testing.T) {
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

// The same in the last moment, when the backup and the record are written: the
// clock is asked for their dates.
func TestWhatAnotherProgramWritesInTheLastMomentIsKept(t *testing.T) {
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
				t.Errorf("changed %v, error %v", changed, err)
			}
			check(t, path, "theirs 1\nours\n")
			continue
		}
		var file *configfile.FileError
		if changed || !errors.As(err, &file) || !strings.Contains(err.Error(), "another program keeps changing it") {
			t.Errorf("changed %v, error %v", changed, err)
		}
		check(t, path, theirs)
		holds(t, filepath.Dir(path), ".config.lock", ".lanyard", "config")
	}
}

func TestAnEmptyPathIsRefused(t *testing.T) {
	if changed, err := editor(t).Edit(t.Context(), "", "x", add("new")); changed || err == nil {
		t.Errorf("changed %v, error %v", changed, err)
	}
}
