// Where a file lies, what it is at the moment, and the errors that name it.

package configfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// ours is the folder of backups and records, beside the file.
const ours = ".lanyard"

// A place is where a file lies.
type place struct {
	given string // the path as the person knows it
	path  string // the file itself, behind all links
}

func (p place) folder() string { return filepath.Dir(p.path) }

func (p place) name() string { return filepath.Base(p.path) }

// lockFile is the lock. It goes with the file itself, so that two links to one
// file share it.
func (p place) lockFile() string { return filepath.Join(p.folder(), "."+p.name()+".lock") }

// beside is a file of our folder: the file's name with this ending.
func (p place) beside(ending string) string {
	return filepath.Join(p.folder(), ours, p.name()+ending)
}

// locate follows the links at the end of path.
func locate(path string) (place, error) {
	if path == "" {
		return place{}, errors.New("there is no file to change: its path is empty")
	}
	target, err := atomicfile.Resolve(path)
	if err != nil {
		return place{}, place{given: path, path: path}.fail(err)
	}
	p := place{given: path, path: target}
	if path == target {
		return p, nil
	}
	// The folder of a plain file is created; that of a link's target is not: the
	// likely reason for its absence is a disk that is not mounted, or a
	// repository that was moved.
	if _, err := os.Stat(p.folder()); errors.Is(err, fs.ErrNotExist) {
		return place{}, &FileError{
			Op: "change", Path: path,
			Err:  fmt.Errorf("it is a link to %s, whose folder is not there", target),
			Hint: "Create the folder " + p.folder() + ", or remove the link " + path + ".",
		}
	}
	return p, nil
}

// A state is what a file is at one moment.
type state struct {
	exists bool
	data   []byte
	info   fs.FileInfo // of a file that was read
}

func (s state) equal(t state) bool { return s.exists == t.exists && bytes.Equal(s.data, t.data) }

// perm is the mode that the file keeps: a mode wider than ours is the person's
// choice.
func (s state) perm() fs.FileMode {
	if s.info == nil {
		return 0o600
	}
	return s.info.Mode().Perm()
}

// read returns what the file is now. What is not a plain file is an error: a
// pipe would be waited for, and a device such as /dev/null replaced by a file.
func (p place) read() (state, error) {
	info, err := os.Stat(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return state{}, nil
	}
	var data []byte
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a plain file")
	}
	if err == nil {
		data, err = datafile.Read(p.path, datafile.ConfigLimit)
	}
	if err != nil {
		return state{}, &FileError{Op: "read", Path: p.given, Err: reason(err), Hint: p.hint(err)}
	}
	return state{exists: true, data: data, info: info}, nil
}

// mayReplace refuses what the system would let us do to a file and its owner
// would not expect.
func (p place) mayReplace(s state) error {
	if !s.exists {
		return nil
	}
	err := checkOwner(s.info)
	hint := "Change it as that user, or make it yours: sudo chown \"$USER\" " + p.path
	if err == nil && s.perm()&0o200 == 0 && !privileged() {
		// The rename would go through: it asks for rights to the folder only.
		err, hint = errors.New("it is write-protected"), "Allow it: chmod u+w "+p.path
	}
	if err != nil {
		return &FileError{Op: "change", Path: p.given, Err: err, Hint: hint}
	}
	return nil
}

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
