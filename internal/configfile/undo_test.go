package configfile_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/configfile"
)

func last(t *testing.T, e *configfile.Editor, paths ...string) *configfile.Record {
	t.Helper()
	r, err := e.Last(paths...)
	if err != nil || r == nil {
		t.Fatalf("last change: %v, %v; want a record", r, err)
	}
	return r
}

func TestUndoAndRedo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	e := editor(t)
	write(t, path, "old\n", 0o640)
	edit(t, e, path, "new")
	for i, want := range []struct{ what, then string }{
		{"add new", "old\n"},
		{"undo of add new", "old\nnew\n"},
		{"add new", "old\n"},
	} {
		r := last(t, e, path)
		if r.What != want.what || !r.When.Equal(noon) || r.Path != path || r.Created || r.Removed {
			t.Errorf("%d: the record is %+v, want %q", i, r, want.what)
		}
		if err := e.Undo(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		check(t, path, want.then)
		checkMode(t, path, 0o640)
	}
}

func TestUndoRemovesACreatedFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "config")
	e := editor(t)
	edit(t, e, path, "new")
	r := last(t, e, path)
	if !r.Created || r.Before != nil {
		t.Errorf("the record is %+v, want the record of a created file", r)
	}
	if err := e.Undo(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	checkNames(t, folder, ".config.lock", ".lanyard")
	r = last(t, e, path)
	if !r.Removed || r.After != nil {
		t.Errorf("the record is %+v, want the record of a removed file", r)
	}
	if err := e.Undo(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	check(t, path, "new\n")
	checkMode(t, path, 0o600)
}

func TestChangeOfAnotherProgramIsNotUndone(t *testing.T) {
	for name, foreign := range map[string]func(path string) error{
		"written": func(path string) error { return os.WriteFile(path, []byte("theirs\n"), 0o600) },
		"removed": os.Remove,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "config")
			e := editor(t)
			write(t, path, "old\n", 0o600)
			edit(t, e, path, "new")
			r := last(t, e, path)
			if err := foreign(path); err != nil {
				t.Fatal(err)
			}
			was, _ := os.ReadFile(path)
			_, fromLast := e.Last(path)
			for from, err := range map[string]error{"Undo": e.Undo(t.Context(), r), "Last": fromLast} {
				var changed *configfile.ChangedError
				if !errors.As(err, &changed) {
					t.Fatalf("%s: error %v, want a ChangedError", from, err)
				}
				if changed.Path != path || changed.What != "add new" || !strings.Contains(changed.Hint, changed.Record) || !strings.Contains(changed.Hint, changed.Backup) {
					t.Errorf("%s: ChangedError %+v, want the path, the description, and a hint with both files", from, changed)
				}
				check(t, changed.Backup, "old\n")
			}
			if now, _ := os.ReadFile(path); !bytes.Equal(now, was) {
				t.Errorf("the file now contains %q, want no change", now)
			}
		})
	}
}

func TestLastOfSeveralFiles(t *testing.T) {
	folder := t.TempDir()
	config, credentials := filepath.Join(folder, "config"), filepath.Join(folder, "credentials")
	now := noon
	e := &configfile.Editor{Now: func() time.Time { return now }}
	if r, err := e.Last(config, credentials); r != nil || err != nil {
		t.Errorf("Last before the first change: %v, %v", r, err)
	}
	edit(t, e, credentials, "first")
	now = now.Add(time.Minute)
	edit(t, e, config, "second")
	if r := last(t, e, credentials, config); r.Path != config {
		t.Errorf("the newest change is one of %s", r.Path)
	}
	// If the newest change cannot be undone, Last does not return an older change of another
	// file.
	write(t, config, "theirs\n", 0o600)
	var changed *configfile.ChangedError
	if r, err := e.Last(credentials, config); !errors.As(err, &changed) || changed.Path != config {
		t.Errorf("%v, %v; want a ChangedError of %s", r, err, config)
	}
}

func TestInvalidRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	e := editor(t)
	edit(t, e, path, "x")
	record := filepath.Join(filepath.Dir(path), ".lanyard", "config.last")
	write(t, record, `{"before": 1}`, 0o600)
	var file *configfile.FileError
	if r, err := e.Last(path); r != nil || !errors.As(err, &file) || file.Path != record {
		t.Errorf("record %v, error %v; want a FileError of the record", r, err)
	}
	edit(t, e, path, "y") // still works
	if r := last(t, e, path); r.What != "add y" {
		t.Errorf("the last change is %q, want add y", r.What)
	}
}

// If a process is killed after it writes the record and before it replaces the file, the
// earlier change can still be undone. If a process is killed after it replaces the file and
// before it renames the record, the next edit keeps the record. TestThousandEditsWithKills
// also reaches both points, but does not distinguish them.
func TestInterruptedChanges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	ours := filepath.Join(filepath.Dir(path), ".lanyard")
	e := editor(t)
	write(t, path, "0\n", 0o600)
	edit(t, e, path, "1")
	older, err := os.ReadFile(filepath.Join(ours, "config.last"))
	if err != nil {
		t.Fatal(err)
	}
	edit(t, e, path, "2")

	// Take back the last step of the second edit.
	if err := os.Rename(filepath.Join(ours, "config.last"), filepath.Join(ours, "config.next")); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(ours, "config.last"), string(older), 0o600)
	if r := last(t, e, path); r.What != "add 2" {
		t.Errorf("the last change is %q, want add 2", r.What)
	}
	// Take back its last two steps: the file has the content of the first edit.
	write(t, path, "0\n1\n", 0o600)
	if r := last(t, e, path); r.What != "add 1" {
		t.Errorf("the last change is %q, want add 1", r.What)
	}
	// The next edit first finishes the interrupted edit, then writes its own record. The test
	// cancels the next edit. The interrupted edit can still be undone.
	write(t, path, "0\n1\n2\n", 0o600)
	ctx, cancel := context.WithCancel(t.Context())
	_, err = e.Edit(ctx, path, "x", func([]byte) ([]byte, error) { cancel(); return []byte("3\n"), nil })
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v, want the context's", err)
	}
	if r := last(t, e, path); r.What != "add 2" {
		t.Errorf("the last change is %q, want add 2", r.What)
	}
	checkNames(t, ours, ".gitignore", "config-2026-11-22", "config.last")
}

func FuzzUndoRestoresTheBytes(f *testing.F) {
	f.Add([]byte("[default]\n"), []byte(""), false)
	f.Add([]byte("\xff\x00\r\n"), []byte("\xef\xbb\xbf[a]"), false)
	f.Add([]byte(nil), []byte("x"), true)
	f.Fuzz(func(t *testing.T, before, after []byte, missing bool) {
		path := filepath.Join(t.TempDir(), "config")
		e := editor(t)
		if missing {
			before = nil
		} else {
			write(t, path, string(before), 0o600)
		}
		changed, err := e.Edit(t.Context(), path, "x", func([]byte) ([]byte, error) { return after, nil })
		if err != nil || changed == bytes.Equal(before, after) {
			t.Fatalf("changed %v, error %v; want a change of the content", changed, err)
		}
		if !changed {
			return
		}
		check(t, path, string(after))
		if err := e.Undo(t.Context(), last(t, e, path)); err != nil {
			t.Fatal(err)
		}
		if missing {
			checkNames(t, filepath.Dir(path), ".config.lock", ".lanyard")
		} else {
			check(t, path, string(before))
		}
		if err := e.Undo(t.Context(), last(t, e, path)); err != nil {
			t.Fatal(err)
		}
		check(t, path, string(after))
	})
}
