// This file has the ways to take back a change: daily backups, the record of the last change,
// and the undo.

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
	Path    string // the file, in the words of the caller of [Editor.Last]
	What    string // the description given to [Editor.Edit]
	When    time.Time
	Before  []byte // the content before the change, with the parts that [Editor].Restore keeps
	After   []byte // the content after the change; an undo requires it
	Created bool   // the change created the file
	Removed bool   // the change removed the file; it was the undo of a change that created the file
}

// Last returns the newest change to any of these files, or nil if no change was made. If that
// file has changed since, Last returns a [*ChangedError]. It does not return an older change
// of another file.
func (e *Editor) Last(paths ...string) (*Record, error) {
	var newest *Record
	var newestErr error
	for _, path := range paths {
		r, err := e.last(path)
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

// last returns the last change of one file. If the file has changed since, it also returns a
// *ChangedError.
func (e *Editor) last(path string) (*Record, error) {
	p, err := locate(path)
	if err != nil {
		return nil, err
	}
	now, err := p.read()
	if err != nil {
		return nil, err
	}
	var latest *undoRecord
	for _, ending := range []string{nextRecord, lastRecord} {
		r, err := p.load(ending)
		if err != nil {
			return nil, err
		}
		if r != nil && r.fits(now) {
			before := r.Before
			if e.Restore != nil {
				before = e.Restore(p.path, before, now.data)
			}
			return &Record{
				Path: path, What: r.What, When: r.When, Before: before, After: bytes.Clone(now.data),
				Created: r.Created && len(before) == 0, Removed: !now.exists,
			}, nil
		}
		latest = r
	}
	if latest == nil {
		return nil, nil
	}
	return &Record{Path: path, What: latest.What, When: latest.When}, p.changed(latest.What)
}

// changed returns the error for a file that has changed since its last change was made.
func (p place) changed(description string) error {
	e := &ChangedError{Path: p.given, What: description, Record: p.record(lastRecord)}
	hint := []string{fmt.Sprintf("restore the file by hand: its content before that change is in %s, as base64", e.Record)}
	if names := p.backups(); len(names) > 0 {
		e.Backup = names[len(names)-1]
		hint = append(hint, fmt.Sprintf("the newest backup is %s", e.Backup))
	}
	e.Hint = strings.Join(hint, "\n")
	return e
}

// Undo restores the content before the change. If the file has changed since, Undo returns a
// [*ChangedError] and does not touch the file. It also returns the errors of [Editor.Edit].
//
// If the change created the file, Undo removes the file, and the record keeps the content. An
// undo is a change too. The undo of an undo makes the original change again. It creates a
// removed file with mode 0600.
func (e *Editor) Undo(ctx context.Context, r *Record) error {
	if r == nil {
		return errors.New("no change to undo")
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

// undoOf is the prefix of the description of an undo.
const undoOf = "undo of "

// opposite returns the description of the undo of a change. The undo of an undo has the
// description of the original change, because it makes that change again.
func opposite(description string) string {
	if again, ok := strings.CutPrefix(description, undoOf); ok {
		return again
	}
	return undoOf + description
}

// The records of a file have these endings.
//
// A change has three steps: write the record .next, replace the file, and rename .next to
// .last. Each record has a hash of the content after its change. Undo uses the record whose
// hash matches the file. So after a crash between two steps, undo still works. If .next does
// not match the file, its change did not happen, and the next change overwrites .next.
const (
	lastRecord = ".last"
	nextRecord = ".next"
)

// recordLimit is the maximum size of a record in bytes. A record contains a config in
// base64.
const recordLimit = 2 * datafile.ConfigLimit

// An undoRecord is the record of a change on the disk.
type undoRecord struct {
	Path    string    `json:"path"` // the file after following links, for a human reader
	What    string    `json:"what"`
	When    time.Time `json:"when"`
	Created bool      `json:"created"`
	Before  []byte    `json:"before"`
	After   string    `json:"afterSHA256"` // "" if the change removed the file
}

// fits reports whether the file has the content after the change.
func (r undoRecord) fits(now state) bool { return r.After == fingerprint(now) }

func fingerprint(s state) string {
	if !s.exists {
		return ""
	}
	sum := sha256.Sum256(s.data)
	return hex.EncodeToString(sum[:])
}

// newRecord returns the record of a change.
func newRecord(p place, description string, when time.Time, before, after state) undoRecord {
	return undoRecord{Path: p.path, What: description, When: when, Created: !before.exists, Before: before.data, After: fingerprint(after)}
}

// writeNext writes the record of a planned change.
func (p place) writeNext(r undoRecord) error {
	data, err := json.MarshalIndent(r, "", "  ")
	path := p.record(nextRecord)
	if err == nil {
		err = atomicfile.Write(path, append(data, '\n'), 0o600)
	}
	if err != nil {
		return p.noBackup(path, err)
	}
	return nil
}

// load reads one record. It returns nil if the record does not exist.
func (p place) load(ending string) (*undoRecord, error) {
	path := p.record(ending)
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var data []byte
	if err == nil && !info.Mode().IsRegular() {
		err = errNotRegular // reading a pipe would wait forever
	}
	if err == nil {
		data, err = datafile.Read(path, recordLimit)
	}
	var r undoRecord
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return nil, &FileError{
			Op: "read", Path: path, Err: reason(err),
			Hint: "restore " + p.given + " from a backup in the same folder; without this record its last change cannot be undone",
		}
	}
	return &r, nil
}

// finishInterrupted completes the change of a process that was killed before its last step.
// The file has the new content, so finishInterrupted renames the record to .last.
func (p place) finishInterrupted(now state) {
	if r, err := p.load(nextRecord); err == nil && r != nil && r.fits(now) {
		_ = os.Rename(p.record(nextRecord), p.record(lastRecord))
	}
}

// keptBackups is the number of backups that one file keeps.
const keptBackups = 30

// backUp writes the backup of the day. It writes nothing if the backup already exists, or if
// the file does not exist.
func (e *Editor) backUp(p place, before state) error {
	if err := p.makeOurFolder(); err != nil {
		return err
	}
	if !before.exists {
		return nil
	}
	backup := p.record("-" + e.now().Format(time.DateOnly))
	if _, err := os.Lstat(backup); err == nil {
		return nil
	}
	if err := atomicfile.Write(backup, before.data, 0o600); err != nil {
		return p.noBackup(backup, err)
	}
	return nil
}

// makeOurFolder creates the folder for backups and records. The folder must not be a link,
// because with a link another user could make root write to any folder.
func (p place) makeOurFolder() error {
	folder := filepath.Join(p.folder(), ourFolder)
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
	// The folder may be in a dotfiles repository, which must not get the secrets.
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
		hint = "check the permissions: ls -ld " + filepath.Join(p.folder(), ourFolder) + " " + at
	}
	return &FileError{Op: "back up", Path: p.given, Err: fmt.Errorf("%s: %w", at, reason(err)), Hint: hint}
}

// backups returns the paths of the file's backups, the oldest first.
func (p place) backups() []string {
	entries, _ := os.ReadDir(filepath.Join(p.folder(), ourFolder)) // sorted by name
	var names []string
	for _, e := range entries {
		date, ok := strings.CutPrefix(e.Name(), p.name()+"-")
		if _, err := time.Parse(time.DateOnly, date); ok && err == nil {
			names = append(names, filepath.Join(p.folder(), ourFolder, e.Name()))
		}
	}
	return names
}

// prune removes all backups except the newest. It ignores errors, because the next edit tries
// again.
func (p place) prune() {
	names := p.backups()
	for _, old := range names[:max(0, len(names)-keptBackups)] {
		_ = os.Remove(old)
	}
}
