package awsconfig

import (
	"errors"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// A Doc is a config or credentials file as it was read, for look-ups that do not
// parse all of it. A nil Doc and the zero value are an empty file.
type Doc struct {
	Path        string // for messages
	Credentials bool   // the name of a section is the name of a profile

	unreadable error // see Unreadable

	bom  bool
	data string // without the byte order mark

	sifted bool   // some sections were left out: see ReadFor
	only   string // the profile whose section was not
	gaps   []gap  // where, in the order of the data
}

// NewDoc returns the file with this content.
func NewDoc(path string, credentials bool, content string) *Doc {
	d := &Doc{Path: path, Credentials: credentials}
	d.data, d.bom = strings.CutPrefix(content, bom)
	return d
}

// ReadFile reads the file at the path. A file that is not there is an empty one.
// Any other error names the path; a folder, a pipe and a file of more than
// [datafile.ConfigLimit] bytes are errors.
func ReadFile(path string, credentials bool) (*Doc, error) {
	content, err := readString(path)
	if err != nil && !absent(err) {
		return nil, err
	}
	return NewDoc(path, credentials, content), nil
}

// absent reports whether the error means that there is no such file. A part of the
// path that is no folder counts too: some services have /dev/null for a home.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// whole returns the file with nothing left out.
func (d *Doc) whole() (*Doc, error) {
	if !d.sifted {
		return d, nil
	}
	return ReadFile(d.Path, d.Credentials)
}

// readString reads a file into memory that becomes the string: no second copy of
// a large file.
func readString(path string) (string, error) {
	f, err := datafile.Open(path, datafile.ConfigLimit)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }()
	var b strings.Builder
	b.Grow(f.Size())
	chunk := make([]byte, 32<<10)
	for {
		n, err := f.Read(chunk)
		b.Write(chunk[:n])
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
	}
}

// All returns every section, as [File.Sections] does.
func (d *Doc) All() ([]*Section, []Problem, error) {
	if d == nil {
		return nil, nil, nil
	}
	if d.unreadable != nil {
		return nil, nil, d.unreadable
	}
	d, err := d.whole()
	if err != nil {
		return nil, nil, err
	}
	c := d.collector()
	s := scanner{data: d.data}
	for num := 1; ; num++ {
		l, ok := s.next()
		if !ok {
			break
		}
		if err := c.add(num, l); err != nil {
			return nil, c.problems, err
		}
	}
	if err := c.close(); err != nil {
		return nil, c.problems, err
	}
	return c.sections(), c.problems, nil
}

func (d *Doc) collector() *collector {
	c := &collector{path: d.Path, credentials: d.Credentials}
	if d.bom {
		c.foundBOM()
	}
	return c
}
