// This file classifies lines by the rules of Python's RawConfigParser. It also parses and
// writes section headers.

package awsconfig

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lanyard-cli/lanyard/internal/shell"
)

// A lineKind is the kind of a line. It depends on the lines before it.
type lineKind uint8

const (
	blank        lineKind = iota
	comment               // begins with # or ; after white space
	header                // [text]
	option                // key = value, key: value
	continuation          // continues the value above: its indent is deeper than the key's
	stray                 // a setting before the first header
	bad                   // neither header nor option
)

// A line is one line of a file.
type line struct {
	kind lineKind
	raw  string // the whole line, with its line ending
	text string // trimmed of white space
}

// A scanner splits a file into lines and classifies them by the rules of Python's
// RawConfigParser, which the AWS CLI uses.
type scanner struct {
	data string
	pos  int // start of the next line
	lf   int // offset after the next \n, if that is after pos

	inSection bool // a header was read
	inOption  bool // the next line may continue a value
	indent    int  // in characters, of the last header or option
}

// next returns the next line; ok is false at the end of the file. As in Python's text
// files, a line ends at \n, \r\n or a lone \r.
func (s *scanner) next() (l line, ok bool) {
	if s.pos >= len(s.data) {
		return line{}, false
	}
	if s.lf <= s.pos {
		// Remember the next
		// . Otherwise a file with many lone \r would be searched to its end for every line.
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
	l.kind = s.classify(l.text, indent)
	return l, true
}

// classify returns the kind of a line and updates the state for the next line.
func (s *scanner) classify(text string, indent int) lineKind {
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

// headerText returns the text between the first [ and the last ]. Any text may follow the
// last ].
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

// sectionName returns the kind and the name of the section with this header text. ok is false
// for a section that the AWS CLI silently ignores. Its header begins with a known word but
// does not have exactly two words, as in [profilex] or [profile one two]. In a credentials
// file, the text is the name of a profile.
func sectionName(text string, credentials bool) (kind Kind, name string, ok bool) {
	switch {
	case credentials, text == "default":
		return Profile, text, true
	case strings.HasPrefix(text, "profile"): // the AWS CLI also accepts [profiles x]
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

// secondWord returns the second word of a text that has exactly two words. It allocates
// only for a text with quotes.
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

// Header returns the header of a new section, without a line ending. Like the AWS CLI, it
// writes [default], [profile dev], [profile 'my prof'], [sso-session corp], and [NAME] in a
// credentials file. It returns an *[EditError] for a name that a reader would read back
// differently.
func Header(kind Kind, name string, credentials bool) (string, error) {
	text, why := newHeader(kind, name, credentials)
	if why != "" {
		return "", &EditError{
			Text: "Invalid section name " + strconv.Quote(name) + ": " + why,
			Hint: "choose another name",
		}
	}
	return "[" + text + "]", nil
}

// newHeader returns the text between the brackets of a new header. If the name is invalid, it
// returns the reason.
func newHeader(kind Kind, name string, credentials bool) (text, reason string) {
	switch {
	case name == "":
		return "", "it is empty"
	case strings.ContainsAny(name, "\r\n"):
		return "", noNewlines
	case !utf8.ValidString(name):
		return "", noUTF8
	case strings.IndexByte(name, ']') >= 0:
		// This package can read such a header, but the SDKs end the header at the first ].
		return "", "it contains ]"
	case credentials && kind != Profile:
		return "", "a credentials file can only contain profiles"
	}
	text = name
	if !credentials && kind != Other && (kind != Profile || name != "default") {
		text = kind.String() + " " + quoted(name)
	}
	if text == defaultSection {
		return "", inheritedByAll
	}
	if k, n, ok := sectionName(text, credentials); !ok || k != kind || n != name {
		return "", "[" + text + "] would be a section of another kind or name"
	}
	return text, ""
}

// quoted returns the name as one shell word. It adds quotes only if the AWS CLI needs
// them, because some SDKs read quotes as part of the name.
func quoted(name string) string {
	switch {
	case !strings.ContainsAny(name, " \t'\"\\"):
		return name
	case !strings.Contains(name, "'"):
		return "'" + name + "'"
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(name) + `"`
}

// splitOption splits a line at its first = or :. ok is false if the line has no delimiter
// or no key.
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

// countLines returns the number of line endings in s.
func countLines(s string) int {
	n := strings.Count(s, "\n")
	if strings.IndexByte(s, '\r') >= 0 {
		n += strings.Count(s, "\r") - strings.Count(s, "\r\n")
	}
	return n
}

// isSpace reports whether r is white space for the AWS CLI, which trims lines, keys and
// values with Python's str.strip. This includes the no-break space, which text copied
// from a web page can contain, and U+001C to U+001F, which Go's unicode.IsSpace lacks.
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

// leading returns the length of the white space at the start of s, in bytes and in
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

// trimRight returns s without trailing white space.
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

// trim returns s without leading and trailing white space.
func trim(s string) string {
	n, _ := leading(s)
	return trimRight(s[n:])
}

// CutComment removes a comment from the end of a value, and reports whether it found a
// comment. A comment begins at the white space before a # or ;. For the AWS CLI such text is
// part of the value, so call CutComment only for settings in which lanyard accepts a comment.
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
