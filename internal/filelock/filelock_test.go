package filelock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/filelock"
)

func TestLockExcludesOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".x.lock")
	a, err := filelock.Try(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := filelock.Try(path); !errors.Is(err, filelock.ErrBusy) {
		t.Errorf("second Try: %v, want ErrBusy", err)
	}
	a.Release()
	b, err := filelock.Try(path)
	if err != nil {
		t.Fatalf("after Release: %v", err)
	}
	b.Release()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the lock file was removed: %v", err)
	}
}

func TestMissingFolder(t *testing.T) {
	_, err := filelock.Try(filepath.Join(t.TempDir(), "no", ".x.lock"))
	if err == nil || errors.Is(err, filelock.ErrBusy) {
		t.Errorf("error %v, want an error other than ErrBusy", err)
	}
	var none *filelock.Lock
	none.Release()
}
