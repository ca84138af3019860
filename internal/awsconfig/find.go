// This file has fast look-ups in large files. Find parses one section of a file. ReadFor
// keeps only the sections that a profile needs.

package awsconfig

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// Find returns the section of this kind and name, or nil if it does not exist. Find skips
// other sections, so that a file of one megabyte takes less than a millisecond. It finds
// problems and errors only before the first header, in unclosed headers, in the section
// itself and in [DEFAULT]. If Find does not find a section, [Doc.All] may find the reason.
func (d *Doc) Find(kind Kind, name string) (*Section, []Problem, error) {
	if d == nil {
		return nil, nil, nil
	}
	if d.sifted && kind == Profile && name != d.only {
		again, err := ReadFor(d.Path, d.Credentials, name)
		if err != nil {
			return nil, nil, err
		}
		return again.Find(kind, name)
	}
	f := d.finder(kind, name)
	if err := f.preamble(); err != nil {
		return nil, f.problems, err
	}
	start := f.scanner
	for _, mark := range d.marks(kind) {
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

// finder returns a finder for the sections of this kind and name, and [DEFAULT].
func (d *Doc) finder(kind Kind, name string) *finder {
	return &finder{
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
}

// marks returns the texts that begin the headers of [DEFAULT] and of sections of this kind.
// The header of a session or of services begins with its kind. Few other places in a file
// contain that text, so the search is faster.
func (d *Doc) marks(kind Kind) []string {
	if d.Credentials || kind != SSOSession && kind != Services {
		return []string{"["}
	}
	return []string{"[" + kind.String(), "[" + defaultSection + "]"}
}

// mayBeNamed checks the text of a header quickly. If it returns false, the section has
// another name. A text without quotes ends with the name.
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

	counted int   // the offset of a line whose number is known
	num     int   // the number of that line
	gaps    []gap // the gaps after counted
}

// preamble parses the lines before the first header.
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

// collect searches for headers that begin with mark, and collects the wanted sections. mark
// begins with [.
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
			// A line without an indent cannot continue a value, so skip the lines before it.
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

// section adds the header that begins at start, and the lines up to the next header.
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

// lineStart returns the start of the line that contains offset i. It returns -1 if the
// line has anything other than white space before i.
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

// lineNumber returns the number of the line that starts at pos. pos must not be smaller than
// in the previous call, because lineNumber continues to count from there.
func (f *finder) lineNumber(pos int) int {
	f.num += countLines(f.data[f.counted:pos])
	f.counted = pos
	for len(f.gaps) > 0 && f.gaps[0].at <= pos {
		f.num += f.gaps[0].lines
		f.gaps = f.gaps[1:]
	}
	return f.num
}

// ReadFor reads a file to resolve one profile. It leaves out the sections of other profiles.
// A look-up that needs these sections, such as [Doc.All], reads the file again. A missing
// file counts as empty. ReadFor returns an error for a folder, a pipe and a file larger than
// [datafile.ConfigLimit]. The error names the path.
//
// ReadFor exists for speed. To keep a large file in memory takes several times as long as to
// search it, because of page faults.
func ReadFor(path string, credentials bool, profile string) (*Doc, error) {
	f, err := datafile.Open(path, datafile.ConfigLimit)
	if absent(err) {
		return &Doc{Path: path, Credentials: credentials}, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	if !credentials {
		if d, ok := readIndexed(f, path, profile); ok {
			return d, nil
		}
	}
	return sift(f, path, credentials, profile, 32<<10)
}

// sift does the work of ReadFor, with a buffer of this initial size. The buffer grows to hold
// the largest section.
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

// A gap is a place in Doc.data where lines were left out.
type gap struct{ at, lines int }

// A sieve leaves out the sections of other profiles. It works on units. A unit has the lines
// from one header without an indent to the next such header. A header without an indent
// always begins a section, because it cannot continue a value.
type sieve struct {
	only        string // the profile whose section is kept
	credentials bool

	kept    strings.Builder
	gaps    []gap
	skipped int  // lines left out since the last kept unit
	begun   bool // the first header was seen; the lines before it are kept

	// each, if not nil, gets each unit, and the sieve keeps no unit. plain means that the unit
	// has a header and no indented header.
	each func(unit []byte, plain bool)
}

// take processes the complete units at the start of b and returns the rest. end means that b
// is the end of the file.
func (s *sieve) take(b []byte, end bool) []byte {
	start, skip := 0, 0 // the start of this unit, and the start of the units left out before it
	plain := true       // the unit has no other [, so it has no indented header
	flush := func(unit []byte) {
		if s.each != nil {
			s.each(unit, s.begun && plain)
			return
		}
		if s.begun && plain && s.isOther(unit) {
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
		if !first || !isHeader(b[i:i+eol]) {
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

func (s *sieve) keep(unit []byte) {
	if s.skipped > 0 {
		s.gaps = append(s.gaps, gap{s.kept.Len(), s.skipped})
		s.skipped = 0
	}
	s.kept.Write(unit)
}

// isOther reports whether the unit is certainly the section of another profile. If that is
// not certain, isOther returns false.
func (s *sieve) isOther(unit []byte) bool {
	mark := "["
	if !s.credentials {
		mark = "[profile "
	}
	rest, ok := bytes.CutPrefix(unit, []byte(mark))
	if !ok || bytes.HasPrefix(unit, []byte("["+defaultSection)) {
		return false
	}
	return !mayHaveName(rest, s.only)
}

// mayHaveName reports whether a header may have this name. text is the part of the header that
// begins with the name. If text has a quote or a space, mayHaveName returns true.
func mayHaveName(text []byte, name string) bool {
	for i, c := range text {
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

// isHeader reports whether a line that begins with [ is a header. line may contain a \r,
// which ends the line.
func isHeader(line []byte) bool {
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
