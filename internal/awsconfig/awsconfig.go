// Package awsconfig reads and edits the AWS config and credentials files. It reads
// them as the AWS CLI does, and remembers every byte of them.
//
// There are two ways in. [Parse] takes a whole file apart into its lines:
// Parse(b).Bytes() equals b for every b, which is what an editor of a file that
// other people wrote needs. [Doc.Lookup] reads one section out of a file of any
// size and skips the rest, which is what a program that is started for each
// request for credentials needs. Both judge a line with the same code, and [Edit], which
// changes settings and nothing else, stands on the first.
//
// The AWS CLI rejects a whole file for some mistakes that have only one sensible
// reading: a section that stands twice, a key that stands twice, a byte order
// mark. They are read here, and reported as a [Problem]. What has no sensible
// reading is a [ParseError].
//
// The package imports nothing beyond what package os already brings along: it is
// linked into a start-up path that is measured in page faults.
package awsconfig

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
