package keystore

import (
	"errors"
	"io/fs"
	"runtime"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// NextStep is Hint.
func (e *StoreError) NextStep() string { return e.Hint }

// NextStep says how the file of another user becomes one's own again; "" if that is not
// what is wrong.
func (e *UnreadableError) NextStep() string {
	if !errors.Is(e.Err, fs.ErrPermission) || runtime.GOOS == "windows" {
		return ""
	}
	return "if it should be yours: sudo chown \"$USER\" " + shell.POSIX.Word(e.Path)
}
