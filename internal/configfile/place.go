// This file resolves links, reads the state of a file, and has the errors about it.

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

// ourFolder is the name of the folder for backups and records, next to the file.
const ourFolder = ".lanyard"

// A place holds the path of a file, as given and with links resolved.
type place struct {
	given string // the path in the user's words
	path  string // after following links
}

func (p place) folder() string { return filepath.Dir(p.path) }

func (p place) name() string { return filepath.Base(p.path) }

// lockFile returns the path of the lock. It is next to the target of the links, so that
// two links to one file share the lock.
func (p place) lockFile() string { return filepath.Join(p.folder(), "."+p.name()+".lock") }

// record returns the path of a file in ourFolder: the file's name with this ending.
func (p place) record(ending string) string {
	return filepath.Join(p.folder(), ourFolder, p.name()+ending)
}

// locate follows the links at the end of path.
func locate(path string) (place, error) {
	if path == "" {
		return place{}, errors.New("no file to change: the path is empty")
	}
	target, err := atomicfile.Resolve(path)
	if err != nil {
		return place{}, place{given: path, path: path}.fail(err)
	}
	p := place{given: path, path: target}
	if path == target {
		return p, nil
	}
	// Create a missing folder, but not for the target of a link. Such a folder is probably on a
	// disk that is not mounted, or in a repository that was moved.
	if _, err := os.Stat(p.folder()); errors.Is(err, fs.ErrNotExist) {
		return place{}, &FileError{
			Op: "change", Path: path,
			Err:  fmt.Errorf("it is a link to %s, whose folder does not exist", target),
			Hint: "create the folder " + p.folder() + ", or remove the link " + path,
		}
	}
	return p, nil
}

// A state is the state of a file at one moment.
type state struct {
	exists bool
	data   []byte
	info   fs.FileInfo // nil if the file was not read
}

func (s state) equal(t state) bool { return s.exists == t.exists && bytes.Equal(s.data, t.data) }

// perm returns the mode for the file. An existing file keeps its mode, even a wider mode than
// 0600, because the user has chosen it.
func (s state) perm() fs.FileMode {
	if s.info == nil {
		return 0o600
	}
	return s.info.Mode().Perm()
}

// read reads the file. It returns an error for a pipe, because a read would wait. It also
// returns an error for a device such as /dev/null, because an edit would replace the device
// with a file.
func (p place) read() (state, error) {
	info, err := os.Stat(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		return state{}, nil
	}
	var data []byte
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular
	}
	if err == nil {
		data, err = datafile.Read(p.path, datafile.ConfigLimit)
	}
	if err != nil {
		return state{}, &FileError{Op: "read", Path: p.given, Err: reason(err), Hint: p.hint(err)}
	}
	return state{exists: true, data: data, info: info}, nil
}

// errNotRegular is the error for a pipe, a device or a link.
var errNotRegular = errors.New("it is not a regular file")

// mayReplace returns an error for a replacement that the system allows, but that the owner of
// the file would not expect.
func (p place) mayReplace(s state) error {
	if !s.exists {
		return nil
	}
	err := checkOwner(s.info)
	hint := "run the command as the owner of the file, or make yourself the owner: sudo chown \"$USER\" " + p.path
	if err == nil && s.perm()&0o200 == 0 && !privileged() {
		// The system would allow the rename, which needs permissions only for the folder.
		err, hint = errors.New("it is write-protected"), "make it writable: chmod u+w "+p.path
	}
	if err != nil {
		return &FileError{Op: "change", Path: p.given, Err: err, Hint: hint}
	}
	return nil
}

// A FileError reports that an operation on a file failed. The file has its old content.
type FileError struct {
	Op   string // "change", "read", "back up"
	Path string // in the caller's words
	Hint string // how to fix it; may be ""
	Err  error
}

func (e *FileError) Error() string { return fmt.Sprintf("cannot %s %s: %v", e.Op, e.Path, e.Err) }

func (e *FileError) Unwrap() error { return e.Err }

// A ChangedError reports that a change cannot be undone, because the file has changed
// since.
type ChangedError struct {
	Path   string
	What   string // the change
	Record string // path of the record, which has the content before the change
	Backup string // path of the newest backup, or ""
	Hint   string // names the record and the backup
}

func (e *ChangedError) Error() string {
	return fmt.Sprintf("cannot undo %q: %s has changed since then", e.What, e.Path)
}

// fail returns the error for a failed change of the file.
func (p place) fail(err error) error {
	return &FileError{Op: "change", Path: p.given, Err: p.place(err), Hint: p.hint(err)}
}

// place adds the folder or the link target to an error, if the user's path does not show the
// cause.
func (p place) place(err error) error {
	var at *fs.PathError
	switch isPath := errors.As(err, &at); {
	case isPath && at.Op == "mkdir":
		return fmt.Errorf("cannot create the folder %s: %w", at.Path, at.Err)
	case isPath && at.Op == "open" && errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("its folder %s is not writable: %w", p.folder(), reason(err))
	}
	if p.given != p.path && p.path != "" {
		return fmt.Errorf("it is a link to %s: %w", p.path, reason(err))
	}
	return reason(err)
}

// reason removes the names of system calls and temporary files from an error.
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

// hint returns how to fix an error of the operating system, or "".
func (p place) hint(err error) string {
	switch {
	case errors.Is(err, syscall.EROFS):
		return "remount the file system of " + p.folder() + " with write access; it is mounted read-only"
	case errors.Is(err, syscall.EBUSY):
		return "mount the folder instead of the single file (containers often mount the file)"
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return "make room on the file system of " + p.folder()
	case errors.Is(err, syscall.EPERM):
		return "check whether the file is immutable or its folder belongs to another user: lsattr -d " + p.path + "; ls -ld " + p.folder()
	case errors.Is(err, fs.ErrPermission):
		return "check the permissions: ls -ld " + p.folder() + " " + p.path
	}
	return ""
}
