package configfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// A FileError says what could not be done to which file, and why. The file is as
// it was.
type FileError struct {
	Op   string // "change", "read", "lock", "back up"
	Path string // the file, as it was named by the caller
	Hint string // what to do about it; may be ""
	Err  error
}

func (e *FileError) Error() string { return fmt.Sprintf("cannot %s %s: %v", e.Op, e.Path, e.Err) }
func (e *FileError) Unwrap() error { return e.Err }

// A ChangedError says that a change cannot be undone, because the file has
// changed since.
type ChangedError struct {
	Path   string
	What   string // the change
	Record string // where its record is, with the content before it
	Backup string // the newest backup; "" if there is none
	Hint   string // names both
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("cannot undo %q: %s has changed since", e.What, e.Path)
}

// fail is a change to the file that failed.
func (p place) fail(err error) error {
	return &FileError{Op: "change", Path: p.given, Err: p.place(err), Hint: p.hint(err)}
}

// place says where something failed that did not fail at the file itself.
func (p place) place(err error) error {
	var at *fs.PathError
	switch isPath := errors.As(err, &at); {
	case isPath && at.Op == "mkdir":
		return fmt.Errorf("the folder %s cannot be created: %w", at.Path, at.Err)
	case isPath && at.Op == "open" && errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("its folder %s may not be written: %w", p.folder(), reason(err))
	}
	if p.given != p.path && p.path != "" {
		return fmt.Errorf("it is a link to %s: %w", p.path, reason(err))
	}
	return reason(err)
}

// reason strips the names of system calls and temporary files off an error.
func reason(err error) error {
	var (
		path *fs.PathError
		link *os.LinkError
	)
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// hint says what to do about an error of the system.
func (p place) hint(err error) string {
	switch {
	case errors.Is(err, syscall.EROFS):
		return p.folder() + " is on a file system that is mounted read-only. Mount it so that it can be written."
	case errors.Is(err, syscall.EBUSY):
		return "The file is mounted on its own, as a container does it. Mount its folder instead."
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "Make room on the file system of " + p.folder() + "."
	case errors.Is(err, syscall.EPERM):
		return "It may be immutable, or the folder another user's: see lsattr -d and ls -ld of " + p.path + " and its folder."
	case errors.Is(err, fs.ErrPermission):
		return "See who may do so: ls -ld " + p.folder() + " " + p.path
	}
	return ""
}
