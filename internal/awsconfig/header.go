package awsconfig

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

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
