// Package awsconfig reads and edits the AWS config and credentials files. It reads
// them as the AWS CLI does, and remembers every byte of them.
//
// A file is read as a [Doc]. [Doc.All] returns every section. [Doc.Find] reads one
// section out of a file of any size and skips the rest, which is what a program that
// is started for each request for credentials needs. [Edit] changes settings and
// nothing else. All three judge a line with the same code.
//
// The AWS CLI rejects a whole file for some mistakes that have only one sensible
// reading: a section that stands twice, a key that stands twice, a byte order
// mark. They are read here, and reported as a [Problem]. What has no sensible
// reading is a [ParseError].
//
// The package imports nothing beyond what package os already brings along: it is
// linked into a start-up path that is measured in page faults.
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

// A Kind says what a section describes.
type Kind int

const (
	Profile    Kind = iota // [default], [profile NAME]; every section of a credentials file
	SSOSession             // [sso-session NAME]
	Services               // [services NAME]
	Other                  // anything else, [plugins] for one
)

// String returns the word that begins the header of such a section.
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
	Key   string // in lower case; the keys of a nested block as written
	Value string // without the white space around it; further lines joined with \n
	Line  int    // the line of the key, from 1

	// Nested is not nil when the value is a block of settings one level down:
	// nothing after the delimiter, then indented lines. Value is then those lines
	// behind a \n, and a nested key that stands twice has its last value.
	Nested []Setting
}

// A Section is what the file says about one profile, session or set of services,
// after merging and inheriting from [DEFAULT].
type Section struct {
	Kind     Kind
	Name     string // for Other the text between the brackets
	Path     string // the file it stands in
	Line     int    // the line of its (first) header, from 1
	Settings []Setting
}

// Get returns the setting of the key, which is given in lower case. A nil section
// has no settings.
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

// bom is the byte order mark that some editors put before a file. Its three bytes
// belong to no line.
const bom = "\ufeff"

// NewDoc returns the file with this content.
func NewDoc(path string, credentials bool, content string) *Doc {
	d := &Doc{Path: path, Credentials: credentials}
	d.data, d.bom = strings.CutPrefix(content, bom)
	return d
}

// readFile reads the whole file at the path, with the errors of [ReadFor].
func readFile(path string, credentials bool) (*Doc, error) {
	content, err := readString(path)
	if err != nil && !absent(err) {
		return nil, err
	}
	return NewDoc(path, credentials, content), nil
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

// absent reports whether the error means that there is no such file. A part of the
// path that is no folder counts too: some services have /dev/null for a home.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// Unreadable returns the Doc of a file that exists and that could not be read because
// of err. Find finds nothing in it; All returns err.
func Unreadable(path string, credentials bool, err error) *Doc {
	return &Doc{Path: path, Credentials: credentials, unreadable: err}
}

// Unreadable returns the reason why the file could not be read, nil if it was read.
func (d *Doc) Unreadable() error {
	if d == nil {
		return nil
	}
	return d.unreadable
}

// All returns the sections in the order of their first headers. The sections that the
// AWS CLI drops and [DEFAULT] are not among them. An error about the content is a
// *[ParseError]; the problems are those found up to there.
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

// whole returns the file with nothing left out.
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

// Unused returns the headers that name neither a profile, a session nor services. The
// AWS CLI takes no notice of such a section. Reading stops at what cannot be parsed.
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

// A Problem is a mistake that this package reads past and the AWS CLI does not:
// it rejects the whole file.
type Problem struct {
	Path string
	Line int    // from 1
	Text string // what is wrong
	Mend string // what to do about it
}

// String returns the place and what is wrong, on one line.
func (p Problem) String() string { return place(p.Path, p.Line) + p.Text }

// A ParseError says why a file cannot be read. Its text begins like the AWS CLI's
// message for any unreadable file.
type ParseError struct {
	Path string
	Line int // from 1
	Text string
}

func (e *ParseError) Error() string {
	return "Unable to parse config file: " + place(e.Path, e.Line) + e.Text
}

func place(path string, line int) string {
	return path + ": line " + strconv.Itoa(line) + ": "
}
