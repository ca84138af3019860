// Package awsconfig reads and edits the AWS config and credentials files. It reads them like
// the AWS CLI, and an edit keeps every byte that need not change.
//
// A [Doc] is a file in memory. [Doc.All] returns all sections. [Doc.Find] parses only one
// section. It must be fast even in a large file, because the program starts again for each
// request for credentials. [Edit] changes settings. All three use the same code to parse a
// line.
//
// Some mistakes have a clear meaning: a duplicate section, a duplicate key, a byte order
// mark. The AWS CLI rejects the whole file for such a mistake. This package accepts these
// mistakes, and reports each as a [Problem]. A mistake without a clear meaning is a
// [ParseError].
//
// The package imports only packages that package os also imports. More imports would slow
// down the start of the program (see package warm).
package awsconfig

import (
	"errors"
	"io"
	"io/fs"
	"strconv"
	"strings"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/datafile"
)

// A Kind is the kind of a section.
type Kind int

const (
	Profile    Kind = iota // [default], [profile NAME]; every section of a credentials file
	SSOSession             // [sso-session NAME]
	Services               // [services NAME]
	Other                  // any other section, such as [plugins]
)

// String returns the first word of the headers of this kind, or "other".
func (k Kind) String() string {
	switch k {
	case Profile:
		return "profile"
	case SSOSession:
		return "sso-session"
	case Services:
		return "services"
	}
	return "other"
}

// A Setting is one key of a section.
type Setting struct {
	Key   string // in lower case; in a nested block as written
	Value string // trimmed of white space; the lines of a long value are joined with \n
	Line  int    // the line of the key, from 1

	// Nested is not nil if the value is a block of nested settings. In a block, the line of the
	// key has no value, and indented lines follow. Value then has these lines after a
	// . If a nested key occurs twice, its last value counts.
	Nested []Setting
}

// A Section holds the settings of one profile, session or set of services, including the
// settings inherited from [DEFAULT].
type Section struct {
	Kind     Kind
	Name     string // for Other, the text between the brackets
	Path     string // of the file
	Line     int    // of its first header, from 1
	Settings []Setting
}

// Get returns the setting with this key, which must be in lower case. A nil Section has
// no settings.
func (s *Section) Get(key string) (Setting, bool) {
	if s != nil {
		for i := range s.Settings {
			if s.Settings[i].Key == key {
				return s.Settings[i], true
			}
		}
	}
	return Setting{}, false
}

// A Doc holds the text of a config or credentials file. Look-ups parse only the part that
// they need. A nil Doc and the zero value are empty files.
type Doc struct {
	Path        string // for messages
	Credentials bool   // a credentials file: every section is a profile

	unreadable error // see Unreadable

	bom  bool   // the file begins with a byte order mark
	data string // without the byte order mark

	sifted bool   // ReadFor left out the sections of other profiles
	only   string // the profile that ReadFor was called for
	gaps   []gap  // the places where sections were left out, in the order of data
}

// bom is the byte order mark that some editors write at the start of a file.
const bom = "\ufeff"

// NewDoc returns a Doc with this content.
func NewDoc(path string, credentials bool, content string) *Doc {
	d := &Doc{Path: path, Credentials: credentials}
	d.data, d.bom = strings.CutPrefix(content, bom)
	return d
}

// readFile reads the whole file. It returns the same errors as [ReadFor].
func readFile(path string, credentials bool) (*Doc, error) {
	content, err := readString(path)
	if err != nil && !absent(err) {
		return nil, err
	}
	return NewDoc(path, credentials, content), nil
}

// readString reads a file as a string, without a second copy of a large file.
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

// absent reports whether err means that the file does not exist. absent also returns true if
// a parent in the path is not a folder, because the home of some system users is /dev/null.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// Unreadable returns a Doc for a file that exists but could not be read. err is the reason.
// Find finds nothing in it, and All returns err.
func Unreadable(path string, credentials bool, err error) *Doc {
	return &Doc{Path: path, Credentials: credentials, unreadable: err}
}

// Unreadable returns the reason why the file could not be read, or nil.
func (d *Doc) Unreadable() error {
	if d == nil {
		return nil
	}
	return d.unreadable
}

// All returns the sections in the order of their first headers, without [DEFAULT] and without
// the sections that the AWS CLI ignores. An error about the content is a *[ParseError]. All
// then also returns the problems before that line.
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
	c, err := d.collect()
	if err != nil {
		return nil, c.problems, err
	}
	return c.sections(), c.problems, nil
}

// whole returns the Doc of the whole file. It reads the file again if ReadFor has left out
// sections.
func (d *Doc) whole() (*Doc, error) {
	if !d.sifted {
		return d, nil
	}
	return readFile(d.Path, d.Credentials)
}

// A Title is the text between the brackets of a section header.
type Title struct {
	Text string
	Line int
}

// Unused returns the headers of sections that the AWS CLI ignores: such sections name no
// profile, session or services.
func (d *Doc) Unused() []Title {
	if d == nil {
		return nil
	}
	d, err := d.whole()
	if err != nil {
		return nil
	}
	var titles []Title
	s := scanner{data: d.data}
	for num := 1; ; num++ {
		l, ok := s.next()
		if !ok {
			return titles
		}
		if l.kind != header {
			continue
		}
		text, _ := headerText(l.text)
		if kind, _, ok := sectionName(text, d.Credentials); (!ok || kind == Other) && text != defaultSection {
			titles = append(titles, Title{text, num})
		}
	}
}

// A Problem is a mistake in a file that this package accepts. The AWS CLI rejects the
// whole file because of it.
type Problem struct {
	Path string
	Line int    // from 1
	Text string // a description of the mistake
	Hint string // how to fix it
}

// String returns the path, the line and the text on one line.
func (p Problem) String() string { return position(p.Path, p.Line) + p.Text }

// A ParseError reports a line that cannot be parsed. Its text begins with the message
// that the AWS CLI prints for every invalid file.
type ParseError struct {
	Path string
	Line int // from 1
	Text string
}

func (e *ParseError) Error() string {
	return "Unable to parse config file: " + position(e.Path, e.Line) + e.Text
}

func position(path string, line int) string {
	return path + ": line " + strconv.Itoa(line) + ": "
}
