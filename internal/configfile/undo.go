// What leads back from a change: the backups of each day, the record of the last change,
// and its undoing.

package configfile

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// A Record is a change that can be undone.
type Record struct {
	Path    string // the file, as it was named to [Editor.Last]
	What    string // what the change was, in the words given to [Editor.Edit]
	When    time.Time
	Before  []byte // the content before it
	After   []byte // the content that it left, which the file must have for the undo
	Created bool   // the file was not there before
	Removed bool   // it was not there after: the undo of a change that created it
}

// Last returns the newest change to any of these files; nil if there was none. If
// the file has changed since, the error is a [*ChangedError]: an older change of
// another file is not what "the last" means.
func (e *Editor) Last(paths ...string) (*Record, error) {
	var newest *Record
	var newestErr error
	for _, path := range paths {
		r, err := last(path)
		var changed *ChangedError
		if err != nil && !errors.As(err, &changed) {
			return nil, err
		}
		if r != nil && (newest == nil || r.When.After(newest.When)) {
			newest, newestErr = r, err
		}
	}
	if newestErr != nil {
		return nil, newestErr
	}
	return newest, nil
}

// last returns the last change of one file, with a *ChangedError if the file reads
// otherwise now.
func last(path string) (*Record, error) {
	p, err := locate(path)
	if err != nil {
		return nil, err
	}
	now, err := p.read()
	if err != nil {
		return nil, err
	}
	var latest *stored
	for _, ending := range []string{nextRecord, lastRecord} {
		r, err := p.load(ending)
		if err != nil {
			return nil, err
		}
		if r != nil && r.fits(now) {
			return &Record{
				Path: path, What: r.What, When: r.When, Before: r.Before, After: bytes.Clone(now.data),
				Created: r.Created, Removed: !now.exists,
			}, nil
		}
		latest = r
	}
	if latest == nil {
		return nil, nil
	}
	return &Record{Path: path, What: latest.What, When: latest.When}, p.changed(latest.What)
}

// changed is the error for a change that the file no longer shows.
func (p place) changed(what string) error {
	e := &ChangedError{Path: p.given, What: what, Record: p.beside(lastRecord)}
	hint := []string{fmt.Sprintf("What the file held before that change is in %s, as base64.", e.Record)}
	if names := p.backups(); len(names) > 0 {
		e.Backup = names[len(names)-1]
		hint = append(hint, fmt.Sprintf("The newest backup is %s.", e.Backup))
	}
	e.Hint = strings.Join(hint, "\n")
	return e
}

// Undo puts back what the file held before the change, if it still reads as the
// change left it; else it returns a [*ChangedError] and leaves the file alone.
// The other errors are those of [Editor.Edit].
//
// A file that the change created is removed: that is how it was. The record keeps
// its content. An undo is a change itself, so that the undo of an undo does the
// change again; a file that is created by that has mode 0600.
func (e *Editor) Undo(ctx context.Context, r *Record) error {
	if r == nil {
		return errors.New("there is no change to undo")
	}
	_, err := e.apply(ctx, r.Path, opposite(r.What), func(now state) (state, error) {
		if now.exists == r.Removed || !bytes.Equal(now.data, r.After) {
			p, err := locate(r.Path)
			if err != nil {
				return now, err
			}
			return now, p.changed(r.What)
		}
		return state{exists: !r.Created, data: r.Before}, nil
	})
	return err
}

// undoOf stands before the description of a change that was undone.
const undoOf = "undo of "

// opposite describes the undoing of a change. To undo an undo is to make the
// change again, and it can be undone under its own name.
func opposite(what string) string {
	if again, ok := strings.CutPrefix(what, undoOf); ok {
		return again
	}
	return undoOf + what
}

// The endings of a file's records.
//
// A record is written as next, the file replaced, the record renamed to last.
// Each record names the content that its change left by a hash, and at any
// moment the one of them that fits the file is the one to undo: before the
// replacement that is last, after it next until it is renamed. So a crash loses
// neither the change nor the way back from it. A next that does not fit the file
// belongs to a change that never happened, and is overwritten by the next one.
const (
	lastRecord = ".last"
	nextRecord = ".next"
)

// recordLimit is the size in bytes above which a record is refused. A record holds
// a config in base64.
const recordLimit = 2 * datafile.ConfigLimit

// stored is a record on the disk.
type stored struct {
	Path    string    `json:"path"` // the file behind all links, for people
	What    string    `json:"what"`
	When    time.Time `json:"when"`
	Created bool      `json:"created"`
	Before  []byte    `json:"before"`
	After   string    `json:"afterSHA256"` // "": the file was removed
}

// fits says whether the file still is what the change left.
func (r stored) fits(now state) bool { return r.After == fingerprint(now) }

func fingerprint(s state) string {
	if !s.exists {
		return ""
	}
	sum := sha256.Sum256(s.data)
	return hex.EncodeToString(sum[:])
}

// writeNext records a change that is about to be made.
func (p place) writeNext(what string, when time.Time, before, after state) error {
	data, err := json.MarshalIndent(stored{
		Path: p.path, What: what, When: when, Created: !before.exists, Before: before.data, After: fingerprint(after),
	}, "", "  ")
	path := p.beside(nextRecord)
	if err == nil {
		err = atomicfile.Write(path, append(data, '\n'), 0o600)
	}
	if err != nil {
		return p.noBackup(path, err)
	}
	return nil
}

// load reads one record; nil if there is none.
func (p place) load(ending string) (*stored, error) {
	path := p.beside(ending)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var data []byte
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("it is not a plain file") // reading a pipe would wait for ever
	}
	if err == nil {
		data, err = datafile.Read(path, recordLimit)
	}
	var r stored
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return nil, &FileError{
			Op: "read", Path: path, Err: reason(err),
			Hint: "It says how to undo the last change to " + p.given + ". Without it, see the backups beside it.",
		}
	}
	return &r, nil
}

// settle finishes what a killed process had left to do: its change was made, and
// so its record is the last.
func (p place) settle(now state) {
	if r, err := p.load(nextRecord); err == nil && r != nil && r.fits(now) {
		_ = os.Rename(p.beside(nextRecord), p.beside(lastRecord))
	}
}

// keptBackups is how many backups of one file are kept: the newest.
const keptBackups = 30

// backUp keeps the content before the first change of a day. A file that is not
// there has none.
func (e *Editor) backUp(p place, before state) error {
	if err := p.makeOurs(); err != nil {
		return err
	}
	if !before.exists {
		return nil
	}
	backup := p.beside("-" + e.now().Format(time.DateOnly))
	if _, err := os.Lstat(backup); err == nil {
		return nil
	}
	if err := atomicfile.Write(backup, before.data, 0o600); err != nil {
		return p.noBackup(backup, err)
	}
	return nil
}

// makeOurs creates the folder of backups and records. As a link it would have
// root write where another user likes, so it must be a folder.
func (p place) makeOurs() error {
	folder := filepath.Join(p.folder(), ours)
	if err := makeFolder(folder); err != nil {
		return p.noBackup(folder, err)
	}
	info, err := os.Lstat(folder)
	if err == nil && !info.IsDir() {
		err = errors.New("it is not a folder")
	}
	if err == nil {
		err = p.trust(info)
	}
	if err == nil && info.Mode().Perm()&0o077 != 0 {
		err = os.Chmod(folder, 0o700)
	}
	if err != nil {
		return p.noBackup(folder, err)
	}
	// The file may lie in a dotfiles repository, and its secrets should not.
	ignore := filepath.Join(folder, ".gitignore")
	if _, err := os.Lstat(ignore); errors.Is(err, fs.ErrNotExist) {
		if err := atomicfile.Write(ignore, []byte("*\n"), 0o600); err != nil {
			return p.noBackup(ignore, err)
		}
	}
	return nil
}

func (p place) noBackup(at string, err error) error {
	hint := p.hint(err)
	if hint == "" || errors.Is(err, fs.ErrPermission) {
		hint = "Nothing is changed without a backup. See: ls -ld " + filepath.Join(p.folder(), ours) + " " + at
	}
	return &FileError{Op: "back up", Path: p.given, Err: fmt.Errorf("%s: %w", at, reason(err)), Hint: hint}
}

// backups lists the file's backups, the oldest first.
func (p place) backups() []string {
	entries, _ := os.ReadDir(filepath.Join(p.folder(), ours)) // sorted; none: nothing in it
	var names []string
	for _, e := range entries {
		date, ok := strings.CutPrefix(e.Name(), p.name()+"-")
		if _, err := time.Parse(time.DateOnly, date); ok && err == nil {
			names = append(names, filepath.Join(p.folder(), ours, e.Name()))
		}
	}
	return names
}

// prune removes all but the newest backups. The change has been made: what
// cannot be removed is tried again by the next one.
func (p place) prune() {
	names := p.backups()
	for _, old := range names[:max(0, len(names)-keptBackups)] {
		_ = os.Remove(old)
	}
}
