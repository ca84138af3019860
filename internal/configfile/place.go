package configfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
func (p place) name() string   { return filepath.Base(p.path) }

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
