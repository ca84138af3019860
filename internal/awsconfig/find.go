// Look-ups in large files that read only what they must: Find takes one section out of
// a file, and ReadFor keeps of a file what one profile needs.

package awsconfig

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// Find returns the section of this kind and name, or nil if there is none. It reads
// only what it must: a megabyte takes less than a millisecond. Therefore it knows of
// problems and errors only before the first header, in headers that are not closed,
// and in the sections that it reads. [Doc.All] also finds those elsewhere, which may be
// why a section seems to be missing.
func (d *Doc) Find(kind Kind, name string) (*Section, []Problem, error) {
	if d == nil {
		return nil, nil, nil
	}
	if d.sifted && kind == Profile && name != d.only {
		whole, err := d.whole()
		if err != nil {
			return nil, nil, err
		}
		return whole.Find(kind, name)
	}
	f := finder{
		collector: d.collector(), scanner: scanner{data: d.data}, num: 1, gaps: d.gaps,
		wanted: func(text string) bool {
			if text == defaultSection {
				return true
			}
			if !d.Credentials && !mayBeNamed(text, name) {
				return false
			}
			k, n, ok := sectionName(text, d.Credentials)
			return ok && k == kind && n == name
		},
	}
	if err := f.preamble(); err != nil {
		return nil, f.problems, err
	}
	// The header of a session begins with these very bytes, however its name is
	// quoted, and hardly any other place in the file has them.
	marks := []string{"["}
	if !d.Credentials && (kind == SSOSession || kind == Services) {
		marks = []string{"[" + kind.String(), "[" + defaultSection + "]"}
	}
	start := f.scanner
	for _, mark := range marks {
		f.scanner, f.counted, f.num, f.gaps = start, 0, 1, d.gaps
		if err := f.collect(mark); err != nil {
			return nil, f.problems, err
		}
	}
	for _, s := range f.sections() {
		if s.Kind == kind && s.Name == name {
			return s, f.problems, nil
		}
	}
	return nil, f.problems, nil
}

// mayBeNamed is a quick look at the text of a header: false means that its section
// has another name. Without quotes the name is what the text ends with.
func mayBeNamed(text, name string) bool {
	if strings.HasSuffix(text, name) {
		return true
	}
	switch text[len(text)-1] {
	case ' ', '\t':
		return true
	}
	return strings.IndexByte(text, '"') >= 0 || strings.IndexByte(text, '\'') >= 0 || strings.IndexByte(text, '\\') >= 0
}

// A finder collects the wanted sections of a file and skips the others.
type finder struct {
	*collector
	scanner
	wanted func(headerText string) bool

	counted, num int   // the line that starts at counted has the number num
	gaps         []gap // those not counted yet
}

// preamble reads up to the first header.
func (f *finder) preamble() error {
	for num := 1; ; num++ {
		before := f.scanner
		l, ok := f.next()
		if !ok {
			return nil
		}
		if l.kind == header {
			f.scanner = before
			return nil
		}
		if err := f.add(num, l); err != nil {
			return err
		}
	}
}

// collect goes from mark to mark, which begins with a [, and collects the wanted
// sections among those whose header begins with it.
func (f *finder) collect(mark string) error {
	f.inSection = true
	for from := f.pos; ; {
		i := strings.Index(f.data[from:], mark)
		if i < 0 {
			return f.close()
		}
		i += from
		start := f.lineStart(i)
		switch {
		case start < 0:
			from = i + 1
			continue
		case start == i:
			// In the first column it continues nothing, whatever was before it.
			f.pos, f.inOption = i, false
		default:
			for f.pos < start {
				f.next()
			}
		}
		l, _ := f.next()
		from = f.pos
		var err error
		switch l.kind {
		case header:
			if text, _ := headerText(l.text); f.wanted(text) {
				err = f.section(start, l)
				from = f.pos
			}
		case bad:
			err = f.add(f.lineNumber(start), l)
		}
		if err != nil {
			return err
		}
	}
}

// section adds the header that starts at start and all that follows it up to the
// next header.
func (f *finder) section(start int, l line) error {
	for num := f.lineNumber(start); ; num++ {
		if err := f.add(num, l); err != nil {
			return err
		}
		before := f.scanner
		var ok bool
		if l, ok = f.next(); !ok || l.kind == header {
			f.scanner = before
			return nil
		}
	}
}

// lineStart returns where the line of the character at i starts, or -1 if there
// is more than white space before it.
func (f *finder) lineStart(i int) int {
	for i > f.pos {
		r, n := rune(f.data[i-1]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeLastRuneInString(f.data[f.pos:i])
		}
		if r == '\n' || r == '\r' {
			return i
		}
		if !isSpace(r) {
			return -1
		}
		i -= n
	}
	return i
}

// lineNumber returns the number of the line that starts at pos. It counts on from
// the last one asked for.
func (f *finder) lineNumber(pos int) int {
	f.num += countLines(f.data[f.counted:pos])
	f.counted = pos
	for len(f.gaps) > 0 && f.gaps[0].at <= pos {
		f.num += f.gaps[0].lines
		f.gaps = f.gaps[1:]
	}
	return f.num
}

// ReadFor reads a file for the resolution of one profile and leaves out the sections
// of the others. A file that is not there is an empty one. A look-up that needs the
// whole file, like [Doc.All], reads it again from the path. An error names the path; a
// folder, a pipe and a file of more than [datafile.ConfigLimit] bytes are errors.
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
