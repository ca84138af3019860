package configfile_test

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/configfile"
)

// withOmit returns an editor whose backups leave out lines that begin with "secret".
func withOmit() *configfile.Editor {
	lines := regexp.MustCompile(`(?m)^secret.*\n`)
	return &configfile.Editor{
		Now:  func() time.Time { return noon },
		Omit: func(_ string, content []byte) []byte { return lines.ReplaceAll(content, nil) },
		Restore: func(_ string, before, now []byte) []byte {
			return append(bytes.Clone(before), bytes.Join(lines.FindAll(now, -1), nil)...)
		},
	}
}

func TestOmittedPartsAreInNoBackup(t *testing.T) {
	folder := t.TempDir()
	path, ours := filepath.Join(folder, "credentials"), filepath.Join(folder, ".lanyard")
	e := withOmit()
	edit(t, e, path, "secret one") // creates the file
	checkNames(t, folder, ".credentials.lock", "credentials")
	edit(t, e, path, "mine")
	check(t, filepath.Join(ours, "credentials-2026-11-22"), "")
	edit(t, e, path, "secret two")
	check(t, path, "secret one\nmine\nsecret two\n")
	for _, name := range backups(t, path, "credentials.last") {
		content, err := os.ReadFile(filepath.Join(ours, name))
		if err != nil || bytes.Contains(content, []byte("secret")) || bytes.Contains(content, []byte("c2VjcmV0")) {
			t.Errorf("%s: %q, %v", name, content, err)
		}
	}
}

// A change of omitted parts leaves the change before it as the change to undo.
func TestUndoSkipsOmittedParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials")
	e := withOmit()
	edit(t, e, path, "theirs")
	edit(t, e, path, "mine")
	edit(t, e, path, "secret")
	r, err := e.Last(path)
	if err != nil || r == nil || string(r.Before) != "theirs\nsecret\n" {
		t.Fatalf("the last change is %+v, %v", r, err)
	}
	if err := e.Undo(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	check(t, path, "theirs\nsecret\n")
}

// The undo of the change that created the file keeps the omitted parts.
func TestUndoOfACreationKeepsOmittedParts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials")
	e := withOmit()
	edit(t, e, path, "mine")
	edit(t, e, path, "secret")
	r, err := e.Last(path)
	if err != nil || r == nil {
		t.Fatalf("the last change is %+v, %v", r, err)
	}
	if err := e.Undo(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	check(t, path, "secret\n")
}

// If another program changed the file, a change of omitted parts does not make an old record valid.
func TestOmittedPartsKeepAnOldRecordInvalid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "credentials")
	e := withOmit()
	edit(t, e, path, "mine")
	write(t, path, "other\n", 0o600)
	edit(t, e, path, "secret")
	if r, err := e.Last(path); err == nil {
		t.Errorf("the last change is %+v, want an error", r)
	}
}
