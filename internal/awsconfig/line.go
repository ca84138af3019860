// What each line of a file is, by the rules of Python's RawConfigParser, and what the
// header of a section means and how a new one is written.

package awsconfig

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// A lineKind says what a line is, which depends on the lines before it.
type lineKind uint8

const (
	blank        lineKind = iota
	comment               // # or ; is the first character that is not white space
	header                // [text]
	option                // key = value, key: value
	continuation          // more of the value above: indented deeper than its key
	stray                 // content before the first header
	bad                   // neither header nor option
)

// A line is one line of a file.
type line struct {
	kind lineKind
	raw  string // all of it, with its line ending
	text string // without the white space around it
}

// A scanner reads lines and knows what each is. The rules are those of Python's
// RawConfigParser, which the AWS CLI uses.
type scanner struct {
	data string
	pos  int // where the next line starts
	lf   int // just behind the next \n from pos, if it is behind pos at all

	inSection bool // there was a header
	inOption  bool // a value may be continued
	indent    int  // characters before the last header or option
}

// next returns the next line; ok is false at the end. A line ends at \n, \r\n or
// a lone \r, like a text file in Python.
func (s *scanner) next() (l line, ok bool) {
	if s.pos >= len(s.data) {
		return line{}, false
	}
	if s.lf <= s.pos {
		// Kept, so that a file of many lone \r is not searched again and again.
		s.lf = len(s.data) + 1
		if i := strings.IndexByte(s.data[s.pos:], '\n'); i >= 0 {
			s.lf = s.pos + i + 1
		}
	}
	rest := s.data[s.pos:]
	end := s.lf - 1 - s.pos
	after := min(end+1, len(rest))
	if i := strings.IndexByte(rest[:end], '\r'); i >= 0 {
		if i < end-1 || after == end {
			after = i + 1
		}
		end = i
	}
	s.pos += after
	n, indent := leading(rest[:end])
	l = line{raw: rest[:after], text: trimRight(rest[n:end])}
	l.kind = s.judge(l.text, indent)
	return l, true
}

// judge says what a line is, and remembers what the next one needs to know.
func (s *scanner) judge(text string, indent int) lineKind {
	switch {
	case text == "":
		return blank
	case text[0] == '#' || text[0] == ';':
		return comment
	case s.inOption && indent > s.indent:
		return continuation
	}
	s.indent = indent
	if _, ok := headerText(text); ok {
		s.inSection, s.inOption = true, false
		return header
	}
	if !s.inSection {
		return stray
	}
	if _, _, ok := splitOption(text); !ok {
		return bad
	}
	s.inOption = true
	return option
}

// headerText returns what stands between the brackets. Anything may follow the
// last closing bracket.
func headerText(text string) (string, bool) {
	if text[0] != '[' {
		return "", false
	}
	end := strings.LastIndexByte(text, ']')
	if end < 2 {
		return "", false
	}
	return text[1:end], true
}

// sectionName returns what the section with this text between its brackets is
// for. ok is false for a section that the AWS CLI drops without a word: it begins
// like a profile but is not exactly two words, as in [profilex] and
// [profile one two]. In a credentials file the text is the name of the profile.
func sectionName(text string, credentials bool) (kind Kind, name string, ok bool) {
	switch {
	case credentials, text == "default":
		return Profile, text, true
	case strings.HasPrefix(text, "profile"): // by its letters: [profiles x] is one too
		kind = Profile
	case strings.HasPrefix(text, "sso-session"):
		kind = SSOSession
	case strings.HasPrefix(text, "services"):
		kind = Services
	default:
		return Other, text, true
	}
	name, ok = secondWord(text)
	return kind, name, ok
}

// secondWord returns the second of exactly two words. It does not allocate unless
// there are quotes.
func secondWord(text string) (string, bool) {
	words, start, end := 0, 0, 0
	inWord := false
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\'', '"', '\\':
			w, err := shell.Split(text)
			if err != nil || len(w) != 2 {
				return "", false
			}
			return w[1], true
		case ' ', '\t':
			inWord = false
		default:
			if !inWord {
				inWord, start = true, i
				words++
			}
			end = i + 1
		}
	}
	return text[start:end], words == 2
}

const inheritedByAll = "all sections inherit from [" + defaultSection + "]"

// Header returns the header line of a new section as the AWS CLI writes it,
// without a line ending: [default], [profile dev], [profile 'my prof'],
// [sso-session corp]. In a credentials file it is the name between brackets. The
// error, an *[EditError], is for a name that would not be read back.
func Header(kind Kind, name string, credentials bool) (string, error) {
	text, why := newHeader(kind, name, credentials)
	if why != "" {
		return "", &EditError{
			Text: "Invalid section name " + strconv.Quote(name) + ": " + why,
			Mend: "choose another name",
		}
	}
	return "[" + text + "]", nil
}

// newHeader returns what goes between the brackets, or why nothing can.
func newHeader(kind Kind, name string, credentials bool) (text, why string) {
	switch {
	case name == "":
		return "", "it is empty"
	case strings.ContainsAny(name, "\r\n"):
		return "", noNewlines
	case !utf8.ValidString(name):
		return "", noUTF8
	case strings.IndexByte(name, ']') >= 0:
		// Read back here, but not by the SDKs: for them the first one ends it.
		return "", "it contains ]"
	case credentials && kind != Profile:
		return "", "a credentials file has sections for profiles only"
	}
	text = name
	if !credentials && kind != Other && (kind != Profile || name != "default") {
		text = kind.String() + " " + quoted(name)
	}
	if text == defaultSection {
		return "", inheritedByAll
	}
	if k, n, ok := sectionName(text, credentials); !ok || k != kind || n != name {
		return "", "a section [" + text + "] has another meaning"
	}
	return text, ""
}

// quoted returns the name as one word of a shell. It has quotes only where the
// AWS CLI needs them, since some SDKs take them for a part of the name.
func quoted(name string) string {
	switch {
	case !strings.ContainsAny(name, " \t'\"\\"):
		return name
	case !strings.Contains(name, "'"):
		return "'" + name + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// splitOption cuts a line at its first = or :.
func splitOption(text string) (key, value string, ok bool) {
	i := 0
	for i < len(text) && text[i] != '=' && text[i] != ':' {
		i++
	}
	if i == len(text) {
		return "", "", false
	}
	key = trimRight(text[:i])
	return key, trim(text[i+1:]), key != ""
}

// countLines returns how many lines end in s.
func countLines(s string) int {
	n := strings.Count(s, "\n")
	if strings.IndexByte(s, '\r') >= 0 {
		n += strings.Count(s, "\r") - strings.Count(s, "\r\n")
	}
	return n
}

// isSpace reports whether r is white space for the AWS CLI, which trims lines,
// keys and values with Python's str.strip. The no-break space matters: it comes
// along when a block is pasted from a web page. Go's unicode.IsSpace lacks the
// four separators from U+001C.
func isSpace(r rune) bool {
	switch {
	case r == ' ', '\t' <= r && r <= '\r', 0x1c <= r && r <= 0x1f:
		return true
	case r < 0x80:
		return false
	case 0x2000 <= r && r <= 0x200a:
		return true
	}
	switch r {
	case 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000:
		return true
	}
	return false
}

// leading measures the white space that s begins with, in bytes and in
// characters. A tab is one character.
func leading(s string) (bytes, chars int) {
	for bytes < len(s) {
		r, n := rune(s[bytes]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(s[bytes:])
		}
		if !isSpace(r) {
			break
		}
		bytes += n
		chars++
	}
	return bytes, chars
}

// trimRight returns s without the white space at its end.
func trimRight(s string) string {
	for s != "" {
		r, n := rune(s[len(s)-1]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeLastRuneInString(s)
		}
		if !isSpace(r) {
			break
		}
		s = s[:len(s)-n]
	}
	return s
}

// trim returns s without the white space around it.
func trim(s string) string {
	n, _ := leading(s)
	return trimRight(s[n:])
}

// CutComment returns v up to the first white space that is followed by # or ;,
// and whether there was one. In these files a comment has a line of its own and v
// is the value as it stands: only the caller knows of a setting that may do
// otherwise.
func CutComment(v string) (string, bool) {
	for i := 1; i < len(v); i++ {
		if c := v[i]; c != '#' && c != ';' {
			continue
		}
		if head := trimRight(v[:i]); len(head) < i {
			return head, true
		}
	}
	return v, false
}
