package awsconfig

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// ReadFor reads a file for the resolution of one profile and leaves out the sections
// of the others. Everything else works as after [ReadFile]. A look-up that needs the
// whole file, like [Doc.All], reads it again from the path.
//
// It is for speed: to keep a large file in memory takes several times as long as
// to look through it, page fault by page fault.
func ReadFor(path string, credentials bool, profile string) (*Doc, error) {
	f, err := datafile.Open(path, datafile.ConfigLimit)
	if absent(err) {
		return &Doc{Path: path, Credentials: credentials}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return sift(f, path, credentials, profile, 32<<10)
}

// sift is ReadFor with a buffer of the given size, which grows to hold the largest
// section.
func sift(r io.Reader, path string, credentials bool, profile string, size int) (*Doc, error) {
	s := sieve{only: profile, credentials: credentials}
	buf, n := make([]byte, size), 0
	for {
		m, err := io.ReadFull(r, buf[n:])
		n += m
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return nil, err
		}
		rest := s.take(buf[:n], end)
		if end {
			break
		}
		if n = copy(buf, rest); n == len(buf) {
			buf = append(buf, make([]byte, len(buf))...)
		}
	}
	d := NewDoc(path, credentials, s.kept.String())
	if d.bom {
		for i := range s.gaps {
			s.gaps[i].at -= len(bom)
		}
	}
	d.sifted, d.only, d.gaps = true, profile, s.gaps
	return d, nil
}

// A gap is where lines are left out.
type gap struct{ at, lines int }

// A sieve keeps the sections that matter. Its unit is what stands from one header
// in the first column to the next: whatever came before such a line, it begins a
// section.
type sieve struct {
	only        string
	credentials bool

	kept    strings.Builder
	gaps    []gap
	skipped int  // lines since what was kept last
	begun   bool // the first header was seen; before it everything is kept
}

// take takes the complete units at the start of b and returns the rest.
func (s *sieve) take(b []byte, end bool) []byte {
	start, skip := 0, 0 // of the unit; of the units left out before it
	plain := true       // no other [ in the unit: it may be an indented header
	flush := func(unit []byte) {
		if s.begun && plain && s.foreign(unit) {
			return
		}
		s.skipped += countLinesOf(b[skip:start])
		skip = start + len(unit)
		s.keep(unit)
	}
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '[')
		if i < 0 {
			break
		}
		i += from
		from = i + 1
		if i == start && s.begun {
			continue // the header of this unit
		}
		first := i > 0 && (b[i-1] == '\n' || b[i-1] == '\r') || i == 0 && s.kept.Len() == 0
		eol := bytes.IndexByte(b[i:], '\n')
		if eol < 0 {
			if !end {
				break
			}
			eol = len(b) - i
		}
		if !first || !closed(b[i:i+eol]) {
			plain = false
			continue
		}
		flush(b[start:i])
		start, plain, s.begun = i, true, true
	}
	if end {
		flush(b[start:])
		start = len(b)
	}
	s.skipped += countLinesOf(b[skip:max(skip, start)])
	return b[start:]
}

// keep keeps a unit.
func (s *sieve) keep(unit []byte) {
	if s.skipped > 0 {
		s.gaps = append(s.gaps, gap{s.kept.Len(), s.skipped})
		s.skipped = 0
	}
	s.kept.Write(unit)
}

// foreign reports whether the unit is for certain the section of another profile. A
// doubtful one is kept.
func (s *sieve) foreign(unit []byte) bool {
	mark := "["
	if !s.credentials {
		mark = "[profile "
	}
	rest, ok := bytes.CutPrefix(unit, []byte(mark))
	if !ok || bytes.HasPrefix(unit, []byte("["+defaultSection)) {
		return false
	}
	return !mayBegin(rest, s.only)
}

// mayBegin reports whether a header that goes on with rest may be that of the
// name. Every quote and space is a doubt.
func mayBegin(rest []byte, name string) bool {
	for i, c := range rest {
		switch c {
		case ' ', '\t', '\'', '"', '\\', ']', '\r', '\n':
			return true
		}
		if i >= len(name) || name[i] != c {
			return false
		}
	}
	return true
}

// closed reports whether a line that begins with [ is a header. The line may end
// at a \r before its end.
func closed(line []byte) bool {
	if i := bytes.IndexByte(line, '\r'); i >= 0 {
		line = line[:i]
	}
	return bytes.LastIndexByte(line, ']') >= 2
}

func countLinesOf(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	if bytes.IndexByte(b, '\r') >= 0 {
		n += bytes.Count(b, []byte{'\r'}) - bytes.Count(b, []byte("\r\n"))
	}
	return n
}
