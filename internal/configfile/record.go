package configfile

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
)

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
