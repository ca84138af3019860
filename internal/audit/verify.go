package audit

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// An Anchor names the last entry of a record. A user can keep it elsewhere, to find out later
// whether the record still has the entry.
type Anchor struct {
	Seq  int64
	Hash string // of the line, in hexadecimal digits
}

// String returns the anchor as SEQ:HASH.
func (h Anchor) String() string { return strconv.FormatInt(h.Seq, 10) + ":" + h.Hash }

// ParseAnchor reads the format of [Anchor.String].
func ParseAnchor(text string) (Anchor, error) {
	seq, hash, _ := strings.Cut(text, ":")
	n, err := strconv.ParseInt(seq, 10, 64)
	if err != nil || n < 1 || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return Anchor{}, fmt.Errorf("%q is not a number, a colon and 64 hexadecimal digits, as `audit --verify` prints them", text)
	}
	return Anchor{n, hash}, nil
}

// A Problem is a place where the record is not as it was written.
type Problem struct {
	File string // the name of the file, without its folder
	Line int    // 0 if the problem is not in one line
	Text string
}

func (p Problem) String() string {
	if p.Line == 0 {
		return p.File + ": " + p.Text
	}
	return fmt.Sprintf("%s, line %d: %s", p.File, p.Line, p.Text)
}

// A Report is the result of [Log.Verify].
type Report struct {
	Entries  int64
	First    int64  // the number of the first entry; 0 if there is none
	Anchor   Anchor // the last entry; zero if there is none
	Files    int
	Problems []Problem
}

// Verify checks the whole record. If kept is not zero, the record must have this entry. Verify
// finds lines that were changed, removed, added or moved, and a record whose last lines are
// missing. An error means that it could not check the record.
func (l Log) Verify(kept Anchor) (Report, error) {
	place, err := l.lock()
	if err != nil {
		return Report{}, err
	}
	defer func() { _ = place.Close() }()
	h, ok, err := readAnchor(place)
	if err != nil {
		return Report{}, err
	}
	v := verifier{kept: kept}
	for _, path := range append(l.oldFiles(), l.Path()) {
		if err := v.file(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Report{}, err
		}
	}
	v.anchor(h, ok)
	return v.Report, nil
}

// A verifier checks one line after the other.
type verifier struct {
	Report
	kept     Anchor
	prev     string // the hash of the last line; "" before the first line
	keptSeen bool
}

func (v *verifier) problem(file string, line int, format string, args ...any) {
	v.Problems = append(v.Problems, Problem{file, line, fmt.Sprintf(format, args...)})
}

// file checks the lines of a file.
func (v *verifier) file(path string) error {
	f, err := datafile.Open(path, 1<<40)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	v.Files++
	name := base(path)
	r := bufio.NewReaderSize(f, 1<<16)
	for n := 1; ; n++ {
		line, err := r.ReadBytes('\n')
		if len(line) > 0 {
			v.line(name, n, line)
		}
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
	}
}

// line checks one line.
func (v *verifier) line(file string, n int, line []byte) {
	line, complete := bytes.CutSuffix(line, []byte("\n"))
	hash := hashOf(line)
	e, err := parse(line)
	switch {
	case !complete:
		v.problem(file, n, "the line is incomplete")
	case err != nil:
		v.problem(file, n, "not an entry: %v", err)
	case v.prev == "" && e.Seq == 1 && e.Prev != genesis().hash:
		v.problem(file, n, "the first entry does not begin a record")
	case v.prev != "" && e.Seq != v.Anchor.Seq+1:
		v.problem(file, n, "entry %d follows entry %d", e.Seq, v.Anchor.Seq)
	case v.prev != "" && e.Prev != v.prev:
		v.problem(file, n, "entry %d does not fit the line before: one of the two was changed", e.Seq)
	}
	if err == nil && e.Event == Restart {
		v.problem(file, n, "%s", e.Error)
	}
	if err == nil {
		v.Entries++
		if v.Entries == 1 {
			v.First = e.Seq
		}
		v.Anchor = Anchor{e.Seq, hash}
		v.keptSeen = v.keptSeen || v.Anchor == v.kept
	}
	v.prev = hash
}

// anchor checks that the record ends and begins as its anchor says, and that it has the kept entry.
func (v *verifier) anchor(h anchor, ok bool) {
	switch {
	case !ok && v.Files > 0:
		v.problem("audit.anchor", 0, "missing or invalid, so the last lines of the record can be missing")
	case ok && v.Anchor != (Anchor{h.seq, h.hash}):
		v.problem("audit.anchor", 0, "the last entry should be %d, but the record ends with entry %d", h.seq, v.Anchor.Seq)
	case ok && v.First != h.oldest:
		v.problem("audit.anchor", 0, "the first entry should be %d, but the record begins with entry %d", h.oldest, v.First)
	}
	if v.kept != (Anchor{}) && !v.keptSeen {
		v.problem("audit.jsonl", 0, "the record does not have entry %d with the hash that you gave", v.kept.Seq)
	}
}
