package atomicfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sys/windows"
)

// renameFor is how long rename waits for other programs to close the file.
const renameFor = 2 * time.Second

// rename replaces the file at to. If another program has that file open, and does not let
// others delete the file, Windows refuses to replace it. Programs read these files within
// milliseconds, so rename retries. It returns other errors at once.
func rename(from, to string) error {
	begun := time.Now()
	for delay := time.Millisecond; ; delay = min(2*delay, 20*time.Millisecond) {
		err := renameOnce(from, to)
		if err == nil || !inUse(err) || time.Since(begun) >= renameFor {
			return err
		}
		time.Sleep(delay)
	}
}

// renameOnce renames like POSIX if the file system can (FILE_RENAME_POSIX_SEMANTICS of NTFS,
// since Windows 10 1607): programs that share the deletion of the old file can read it to its
// end. [os.Root.Rename] does this, and renames in the old way on other file systems. [os.Rename]
// does not.
func renameOnce(from, to string) error {
	dir, name := filepath.Split(to)
	fromDir, fromName := filepath.Split(from)
	if fromDir != dir {
		return os.Rename(from, to)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return os.Rename(from, to)
	}
	defer func() { _ = root.Close() }()
	err = root.Rename(fromName, name)
	var inFolder *os.LinkError // has the names without the folder
	if errors.As(err, &inFolder) {
		return &os.LinkError{Op: "rename", Old: from, New: to, Err: inFolder.Err}
	}
	return err
}

// inUse reports whether an error says that another program has the file open. Windows has several
// errors for this.
func inUse(err error) bool {
	return errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_LOCK_VIOLATION)
}

// fullErrors returns the system's errors for a full disk and a used-up quota. Windows never returns
// ENOSPC and EDQUOT, but Go names them.
func fullErrors() []error {
	return []error{
		windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_DISK_QUOTA_EXCEEDED,
		syscall.ENOSPC, syscall.EDQUOT,
	}
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
