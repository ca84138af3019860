package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// rename retries for about a second. Windows refuses to replace a file that another
// process has open, and readers keep these files open for milliseconds.
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

// onlyInPlace reports whether a file can be overwritten but not replaced. It returns an error
// if the file can be neither overwritten nor replaced, for example if it is read-only.
func onlyInPlace(target string) (bool, error) {
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err == nil {
		return false, f.Close()
	}
	if errors.Is(err, fs.ErrPermission) {
		return false, err
	}
	return false, nil // the file does not exist, or another process has it open
}
