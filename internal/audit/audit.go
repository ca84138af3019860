// Package audit keeps a record of all credentials that the program gives out. The record is
// append-only JSON lines. Each line has the hash of the line before, so a line that was changed,
// removed or moved is found by [Log.Verify].
//
// The hashes protect the record against mistakes, and against changes by a program that does not
// know this format. A program of the same user can write a whole new record. Only an anchor that
// was kept elsewhere, or lines that were forwarded to another machine, show this.
package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/owner"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

const (
	// rotateAt is the size in bytes at which a writer begins a new file.
	rotateAt = 10 << 20
	// keptFiles is the number of old files that rotation keeps.
	keptFiles = 10
	// largest is the size in bytes of the largest file that is read.
	largest = 64 << 20
	// patience is how long a writer waits for other writers.
	patience = 5 * time.Second
)

const separator = string(os.PathSeparator)

// ErrBusy reports that other writers held the lock of the record for too long.
var ErrBusy = errors.New("other processes are writing the audit record")

// A Log is the record in a folder.
type Log struct {
	Dir string

	rotateAt int64 // 0 means the usual size
	kept     int   // 0 means the usual number
}

// In returns the record of the user: in the folder lanyard of XDG_STATE_HOME, or of
// ~/.local/state, or of LocalAppData on Windows. ok is false if there is no such folder.
func In(env userpath.Env) (l Log, ok bool) {
	dir, ok := userpath.State(env)
	return Log{Dir: dir + separator + "lanyard"}, ok
}

// Path returns the path of the current file. Older files are beside it: audit-N.jsonl begins
// with the entry N.
func (l Log) Path() string { return l.Dir + separator + "audit.jsonl" }

func (l Log) anchorPath() string { return l.Dir + separator + "audit.anchor" }

func (l Log) oldPath(first int64) string {
	return l.Dir + separator + fmt.Sprintf("audit-%012d.jsonl", first)
}

// Append adds entries, and sets their numbers and hashes. After an error, the record does not
// have the entries, and is as before. Entries are not flushed to the disk, so a power failure can
// lose the last ones. Append returns the lines that it wrote, without line breaks.
func (l Log) Append(entries ...Entry) (lines []string, err error) {
	place, err := l.lock()
	if err != nil {
		return nil, err
	}
	defer func() { _ = place.Close() }()
	h, ok, err := readAnchor(place)
	if err != nil {
		return nil, err
	}
	f, err := os.OpenFile(l.Path(), os.O_RDWR|os.O_APPEND|noFollow, 0)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = os.OpenFile(l.Path(), os.O_RDWR|os.O_APPEND|os.O_CREATE|noFollow, 0o600)
		_ = owner.Inherit(l.Path()) // an error affects only other users
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s %w", l.Path(), datafile.ErrNotRegular)
	}
	size := info.Size()
	var out bytes.Buffer
	if size != h.size || !ok && len(l.oldFiles()) > 0 {
		if h, err = l.recover(f, size, h, ok, &out); err != nil {
			return nil, err
		}
	}
	if h.size >= l.limit() {
		_ = f.Close() // Windows does not rename a file that is open
		flags := os.O_RDWR | os.O_APPEND | os.O_CREATE | noFollow
		switch err := l.rotate(&h, place); {
		case err == nil:
			flags |= os.O_EXCL
			size = 0
		case !inUse(err): // else the next writer rotates
			return nil, err
		}
		if f, err = os.OpenFile(l.Path(), flags, 0o600); err != nil {
			return nil, err
		}
		if size == 0 {
			_ = owner.Inherit(l.Path())
		}
	}
	for _, e := range entries {
		h.add(e, &out)
	}
	_, err = f.Write(out.Bytes())
	if err == nil {
		h.size = size + int64(out.Len())
		err = h.write(place)
	}
	if err != nil { // the disk is full: take back what was written
		_ = f.Truncate(size)
		return nil, err
	}
	return strings.Split(strings.TrimSpace(out.String()), "\n"), nil
}

// add appends an entry to b, and moves the anchor to it.
func (h *anchor) add(e Entry, b *bytes.Buffer) {
	e.Seq, e.Prev = h.seq+1, h.hash
	line := e.line()
	b.Write(line)
	b.WriteByte('\n')
	h.seq, h.hash = e.Seq, hashOf(line)
}

// recover finds the end of a chain whose anchor does not fit the size of the file. If writers ended
// before they wrote the anchor, the lines after the anchor belong to the chain. Everything else leaves
// a Restart in the record: out gets it, before the new entries.
func (l Log) recover(f *os.File, size int64, h anchor, ok bool, out *bytes.Buffer) (anchor, error) {
	if size == 0 && ok && l.rotated(h) {
		h.first, h.size = h.seq+1, 0
		return h, nil
	}
	from := int64(0)
	if ok && h.size < size {
		from = h.size
	}
	if size-from > largest {
		return h, &fs.PathError{Op: "read", Path: l.Path(), Err: datafile.ErrTooLarge}
	}
	b, err := io.ReadAll(io.NewSectionReader(f, from, size-from))
	if err != nil {
		return h, err
	}
	if len(b) > 0 && b[len(b)-1] != '\n' { // a part of a line, after a power failure
		out.WriteByte('\n')
	}
	if ok && from == h.size && h.size < size {
		end, fits := h, true
		for line := range bytes.Lines(b) {
			line = bytes.TrimSuffix(line, []byte("\n"))
			e, err := parse(line)
			fits = fits && err == nil && e.Seq == end.seq+1 && e.Prev == end.hash
			end.seq, end.hash = e.Seq, hashOf(line)
		}
		if fits && out.Len() == 0 {
			end.size = size
			return end, nil
		}
	}
	if !ok { // continue after the last line that can be read
		h.seq, h.hash = lastOf(b)
		h.first, h.oldest = firstOf(b), l.oldest()
	}
	why := "the file audit.anchor is missing or invalid"
	if ok {
		why = fmt.Sprintf("%s has %d bytes, and audit.anchor says %d", base(l.Path()), size, h.size)
	}
	h.size = size
	h.add(Entry{Time: time.Now(), Event: Restart, Error: why, Caller: Caller{PID: os.Getpid(), UID: os.Getuid()}}, out)
	return h, nil
}

// lastOf returns the number and the hash of the last line of b.
func lastOf(b []byte) (seq int64, hash string) {
	hash = genesis().hash
	for line := range bytes.Lines(b) {
		line = bytes.TrimSuffix(line, []byte("\n"))
		if e, err := parse(line); err == nil {
			seq = e.Seq
		}
		hash = hashOf(line)
	}
	return seq, hash
}

// firstOf returns the number of the first line of b, or 1.
func firstOf(b []byte) int64 {
	for line := range bytes.Lines(b) {
		if e, err := parse(bytes.TrimSuffix(line, []byte("\n"))); err == nil {
			return e.Seq
		}
	}
	return 1
}

// rotated reports whether the last writer ended during the rotation: the current file has its old
// name, and the anchor is of the time before.
func (l Log) rotated(h anchor) bool {
	b, err := datafile.Read(l.oldPath(h.first), largest)
	if err != nil {
		return false
	}
	seq, hash := lastOf(b)
	return seq == h.seq && hash == h.hash
}

// rotate gives the current file its old name, and removes the oldest files. On Windows, another
// program can prevent this while it reads a file. If it reads the current file, rotate changes
// nothing, and inUse is true for the error. If it reads an old file, a later rotation removes that
// file.
func (l Log) rotate(h *anchor, place *os.File) error {
	if err := rename(l.Path(), l.oldPath(h.first)); err != nil {
		return err
	}
	h.first, h.size = h.seq+1, 0
	old := l.oldFiles()
	keep := l.kept
	if keep == 0 {
		keep = keptFiles
	}
	for len(old) > keep {
		if err := os.Remove(old[0]); err != nil && !inUse(err) {
			return err
		}
		old = old[1:]
	}
	h.oldest = l.oldest()
	return h.write(place)
}

// oldFiles returns the paths of the old files, oldest first.
func (l Log) oldFiles() []string {
	files, err := os.ReadDir(l.Dir) // sorted by name
	if err != nil {
		return nil
	}
	var old []string
	for _, f := range files {
		n, ok := strings.CutPrefix(f.Name(), "audit-")
		if n, ok2 := strings.CutSuffix(n, ".jsonl"); ok && ok2 && strings.Trim(n, "0123456789") == "" {
			old = append(old, l.Dir+separator+f.Name())
		}
	}
	return old
}

// oldest returns the number of the first entry of the oldest file.
func (l Log) oldest() int64 {
	var n int64
	if old := l.oldFiles(); len(old) > 0 {
		_, _ = fmt.Sscanf(strings.TrimPrefix(base(old[0]), "audit-"), "%d", &n)
	}
	return max(n, 1)
}

func (l Log) limit() int64 {
	if l.rotateAt > 0 {
		return l.rotateAt
	}
	return rotateAt
}

// rename gives a file a new name, and never replaces another file.
func rename(from, to string) error {
	if _, err := os.Lstat(to); err == nil {
		return &fs.PathError{Op: "rename", Path: to, Err: fs.ErrExist}
	}
	if runtime.GOOS == "windows" {
		return os.Rename(from, to)
	}
	if err := os.Link(from, to); err != nil {
		return os.Rename(from, to) // a file system without links
	}
	return os.Remove(from)
}
