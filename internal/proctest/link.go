package proctest

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"testing"
)

// Symlink creates the symbolic link at path, which leads to target. It skips the test on Windows
// if the user may not create links, and under wine, where [os.Symlink] does nothing.
func Symlink(t *testing.T, target, path string) {
	t.Helper()
	err := os.Symlink(target, path)
	if err == nil {
		var info fs.FileInfo
		if info, err = os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink == 0 {
			err = errors.New("the system made no link")
		}
	}
	switch {
	case err != nil && runtime.GOOS == "windows":
		t.Skipf("symbolic links do not work here: %v", err)
	case err != nil:
		t.Fatal(err)
	}
}
