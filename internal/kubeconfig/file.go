package kubeconfig

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// A FileError reports a kubeconfig that cannot be read or changed.
type FileError struct {
	Op, Path string // "read" or "change"
	Err      error
	Hint     string
}

func (e *FileError) Error() string    { return fmt.Sprintf("cannot %s %s: %v", e.Op, e.Path, e.Err) }
func (e *FileError) Unwrap() error    { return e.Err }
func (e *FileError) NextStep() string { return e.Hint }

// Read reads a kubeconfig. A missing file is empty. The error is a [*FileError].
func Read(path string) ([]byte, error) {
	b, err := datafile.Read(path, datafile.ConfigLimit)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &FileError{Op: "read", Path: path, Err: err}
	}
	return b, nil
}

// patience is how long Edit waits for another program.
const patience = 10 * time.Second

// Edit replaces the content of a kubeconfig by the result of change, in one step and under the lock of
// kubectl. A missing file is created with mode 0600. If change returns an error, Edit returns this
// error. All other errors are a [*FileError] or the error of ctx.
func Edit(ctx context.Context, path string, change func(old []byte) ([]byte, error)) error {
	fail := func(err error) error { return &FileError{Op: "change", Path: path, Err: err} }
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return fail(err)
	}
	unlock, err := lock(ctx, path)
	if err != nil {
		return err
	}
	defer unlock()
	old, err := Read(path)
	if err != nil {
		return err
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	made, err := change(old)
	if err != nil || old != nil && bytes.Equal(old, made) {
		return err
	}
	if err := atomicfile.Write(path, made, mode); err != nil {
		return fail(err)
	}
	return nil
}

// lock makes the lock file of kubectl: PATH.lock. kubectl fails if the file exists.
// Source: ModifyConfig in k8s.io/client-go/tools/clientcmd.
func lock(ctx context.Context, path string) (unlock func(), err error) {
	name := path + ".lock"
	for deadline := time.Now().Add(patience); ; {
		f, err := os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			_ = f.Close()
			return func() { _ = os.Remove(name) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, &FileError{Op: "change", Path: path, Err: err}
		}
		if time.Now().After(deadline) {
			return nil, &FileError{
				Op: "change", Path: path, Err: fmt.Errorf("another program holds the lock %s", name),
				Hint: "if no kubectl or lanyard is running, remove the lock: rm " + name,
			}
		}
		if err := sleep.For(ctx, 20*time.Millisecond); err != nil {
			return nil, err
		}
	}
}
