//go:build unix

package configfile_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Another user has made a folder for backups in a shared folder. Root writes no secrets into
// it.
func TestPlantedFolderOfBackups(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can create another user's folder, and only root is affected")
	}
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o1777); err != nil { //nolint:gosec // the test needs a shared folder
		t.Fatal(err)
	}
	path, planted := filepath.Join(folder, "credentials"), filepath.Join(folder, ".lanyard")
	write(t, path, "[default]\naws_secret_access_key = secret\n", 0o600)
	if err := os.Mkdir(planted, 0o777); err != nil { //nolint:gosec // as above
		t.Fatal(err)
	}
	if err := os.Chown(planted, 65534, 65534); err != nil {
		t.Fatal(err)
	}
	_, err := editor(t).Edit(t.Context(), path, "set", func(old []byte) ([]byte, error) { return append(old, '#', '\n'), nil })
	if err == nil || !strings.Contains(err.Error(), "it belongs to another user (uid 65534)") {
		t.Errorf("error %v, want an error about the other user", err)
	}
	if entries, _ := os.ReadDir(planted); len(entries) > 0 {
		t.Errorf("the planted folder contains %v, want nothing", entries)
	}
	check(t, path, "[default]\naws_secret_access_key = secret\n")
}

// A pipe at the path of a record is an error. Last does not wait for a writer.
func TestPlantedRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	e := editor(t)
	edit(t, e, path, "x")
	for _, name := range []string{"config.last", "config.next"} {
		record := filepath.Join(filepath.Dir(path), ".lanyard", name)
		_ = os.Remove(record) // may not exist
		if err := syscall.Mkfifo(record, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := e.Last(path); err == nil || !strings.Contains(err.Error(), "it is not a regular file") {
		t.Errorf("error %v, want an error about a file that is not regular", err)
	}
}
