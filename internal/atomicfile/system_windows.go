package atomicfile

import (
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

func keepOwner(*os.File, string) {}

func mayFollow(fs.FileInfo) bool { return true }
