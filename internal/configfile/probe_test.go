package configfile_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/configfile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
)

func TestProbeChangesNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "config")
	write(t, path, "old\n", 0o644)
	if err := editor(t).Probe(t.Context(), path, 100); err != nil {
		t.Fatal(err)
	}
	check(t, path, "old\n")
	checkMode(t, path, 0o644)
	checkNames(t, folder, ".config.lock", "config")
}

// Probe fails if Edit would fail.
func TestProbeFailsWhereEditFails(t *testing.T) {
	tests := []struct {
		name    string
		prepare func(t *testing.T, folder, path string)
	}{
		{"locked", func(t *testing.T, folder, _ string) {
			lock, err := filelock.Try(filepath.Join(folder, ".config.lock"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(lock.Release)
		}},
		{"no folder for the backups", func(t *testing.T, folder, _ string) {
			write(t, filepath.Join(folder, ".lanyard"), "a file\n", 0o600)
		}},
		{"no regular file", func(t *testing.T, _, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "config")
			write(t, path, "old\n", 0o600)
			tt.prepare(t, folder, path)
			e := &configfile.Editor{Wait: time.Millisecond}
			_, editErr := e.Edit(t.Context(), path, "x", add("new"))
			probeErr := e.Probe(t.Context(), path, 100)
			var want, got *configfile.FileError
			if !errors.As(editErr, &want) || !errors.As(probeErr, &got) || got.Op != want.Op || got.Path != want.Path {
				t.Errorf("Probe: %v, Edit: %v; want the same Op and Path", probeErr, editErr)
			}
		})
	}
}
