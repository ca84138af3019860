package audit

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/owner"
)

// An anchor says where the chain ends, and which files it has. It is a small file beside the record.
// A writer locks the file, and replaces its content in one write of a fixed size. So a writer need
// not read the record, and a record without its last lines does not fit the anchor.
type anchor struct {
	oldest int64  // the number of the first entry that rotation has kept
	first  int64  // the number of the first entry in the current file
	seq    int64  // of the last entry; 0 before the first entry
	size   int64  // of the current file in bytes
	hash   string // of the last line
}

// anchorSize is the size of the file in bytes. It has four numbers of 20 digits and a hash, each
// with a space or a line break behind it.
const anchorSize = 4*21 + 65

// genesis is the anchor of an empty record.
func genesis() anchor { return anchor{oldest: 1, first: 1, hash: strings.Repeat("0", 64)} }

// lock opens and locks the anchor, and creates it and its folder if they are missing. Closing the
// file releases the lock. The lock is one of the system's, without the leases of package filelock:
// a quick answer of the program cannot link that package.
func (l Log) lock() (*os.File, error) {
	path := l.anchorPath()
	f, err := os.OpenFile(path, os.O_RDWR|noFollow, 0)
	if errors.Is(err, fs.ErrNotExist) {
		if err := owner.MakeFolder(l.Dir); err != nil {
			return nil, err
		}
		f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, 0o600)
		_ = owner.Inherit(path) // an error affects only other users
	}
	if err != nil {
		return nil, err
	}
	end := time.Now().Add(patience)
	for pause := 200 * time.Microsecond; ; pause = min(2*pause, 5*time.Millisecond) {
		busy, err := tryLock(f)
		switch {
		case err == nil:
			return f, nil
		case busy && time.Now().Before(end):
			time.Sleep(pause)
			continue
		case busy:
			err = ErrBusy
		}
		_ = f.Close()
		return nil, &fs.PathError{Op: "lock", Path: path, Err: err}
	}
}

// readAnchor reads the anchor. ok is false if the file is new or invalid.
func readAnchor(f *os.File) (h anchor, ok bool, err error) {
	info, err := f.Stat()
	if err != nil {
		return genesis(), false, err
	}
	if !info.Mode().IsRegular() {
		return genesis(), false, &fs.PathError{Op: "read", Path: f.Name(), Err: datafile.ErrNotRegular}
	}
	if info.Size() != anchorSize {
		return genesis(), false, nil
	}
	b := make([]byte, anchorSize)
	if _, err := f.ReadAt(b, 0); err != nil && !errors.Is(err, io.EOF) {
		return genesis(), false, err
	}
	if h, ok = parseAnchor(string(b)); !ok {
		return genesis(), false, nil
	}
	return h, true, nil
}

func parseAnchor(text string) (h anchor, ok bool) {
	if len(text) != anchorSize {
		return anchor{}, false
	}
	for i, n := range []*int64{&h.oldest, &h.first, &h.seq, &h.size} {
		var err error
		if *n, err = strconv.ParseInt(text[21*i:21*i+20], 10, 64); err != nil {
			return anchor{}, false
		}
	}
	h.hash = text[4*21 : anchorSize-1]
	return h, h.String() == text
}

// String returns the content of the file.
func (h anchor) String() string {
	b := make([]byte, 0, anchorSize)
	for _, n := range [...]int64{h.oldest, h.first, h.seq, h.size} {
		digits := strconv.FormatInt(n, 10)
		b = append(b, "00000000000000000000"[len(digits):]...)
		b = append(b, digits...)
		b = append(b, ' ')
	}
	b = append(b, h.hash...)
	return string(append(b, '\n'))
}

// write replaces the content of the file.
func (h anchor) write(f *os.File) error {
	_, err := f.WriteAt([]byte(h.String()), 0)
	return err
}
