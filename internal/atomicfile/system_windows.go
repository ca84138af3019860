package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// rename retries for a while: Windows refuses to replace a file that another
// process has open at that moment, and readers of these files are done in
// milliseconds.
func rename(from, to string) (err error) {
	for delay := time.Millisecond; delay < time.Second; delay *= 2 {
		if err = os.Rename(from, to); err == nil || os.IsNotExist(err) {
			return err
		}
		time.Sleep(delay)
	}
	return err
}

func syncDir(string) {}

const noFollow = 0

// onlyInPlace reports whether a file can be overwritten but not replaced. The error
// says that it can be neither: a read-only file, for one.
func onlyInPlace(target string) (bool, error) {
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err == nil {
		return false, f.Close()
	}
	if errors.Is(err, fs.ErrPermission) {
		return false, err
	}
	return false, nil // not there, or open in another process for a moment
}
