package audit

import (
	"fmt"
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/owner"
)

// An anchor says where the chain ends, and which files it has. It is a small file beside the record, which each writer
// replaces in one write of a fixed size. So a writer need not read the record, and a record
// without its last lines does not fit the anchor.
type anchor struct {
	oldest int64  // the number of the first entry that rotation has kept
	first  int64  // the number of the first entry in the current file
	seq    int64  // of the last entry; 0 before the first entry
	size   int64  // of the current file in bytes
	hash   string // of the last line
}

const (
	anchorFormat = "%020d %020d %020d %020d %64s\n"
	anchorSize   = 4*21 + 65
)

// genesis is the anchor of an empty record.
func genesis() anchor { return anchor{oldest: 1, first: 1, hash: strings.Repeat("0", 64)} }

// readAnchor reads the anchor. ok is false if the file is missing or invalid.
func readAnchor(path string) (h anchor, ok bool, err error) {
	b, err := datafile.Read(path, anchorSize)
	if os.IsNotExist(err) {
		return genesis(), false, nil
	}
	if err != nil {
		return genesis(), false, err
	}
	if h, ok = parseAnchor(b); !ok {
		return genesis(), false, nil
	}
	return h, true, nil
}

func parseAnchor(b []byte) (h anchor, ok bool) {
	n, err := fmt.Sscanf(string(b), anchorFormat, &h.oldest, &h.first, &h.seq, &h.size, &h.hash)
	ok = err == nil && n == 5 && len(b) == anchorSize && h.String() == string(b)
	return h, ok
}

// String returns the content of the file.
func (h anchor) String() string {
	return fmt.Sprintf(anchorFormat, h.oldest, h.first, h.seq, h.size, h.hash)
}

// write replaces the content of the file.
func (h anchor) write(path string) error {
	_, missing := os.Lstat(path)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|noFollow, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte(h.String()), 0)
	if err2 := f.Close(); err == nil {
		err = err2
	}
	if missing != nil {
		_ = owner.Inherit(path) // an error affects only other users
	}
	return err
}
