// How a change is shown: as a diff without secrets.

package configfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// Diff returns the difference between two contents of a config or credentials
// file as a unified diff; "" if there is none. It can be shown: values of secret
// keys read "[redacted]", of an access key ID the last four characters are left,
// and control characters are made visible. A line whose secret has changed is
// still a line that has changed.
func Diff(name string, before, after []byte) string {
	name = visible(name)
	m := marker{windows: crlf(before) && crlf(after)}
	out := string(diff.Diff(name, m.mark(before), name, m.mark(after)))
	_, out, _ = strings.Cut(out, "\n") // "diff NAME NAME", which says nothing
	return unmark(out)
}

// A marker makes the lines of both contents fit to be shown. A line that does not
// show all that it is gets a mark behind it, the same for the same line: so lines
// are compared by what they are, and not by what is left of them.
type marker struct {
	windows bool // every line of both ends in \r\n, which need not be shown
	seen    map[string]int
}

// mark begins and ends a mark. No line to be shown has one of its own.
const mark = "\x00"

func (m *marker) mark(content []byte) []byte {
	if m.seen == nil {
		m.seen = map[string]int{}
	}
	var (
		b strings.Builder
		r redactor
	)
	for line := range lines(string(content)) {
		text, ending := cutEnding(line)
		shown := visible(r.redact(text))
		if ending == "\r" || ending == "\r\n" && !m.windows {
			shown += "\u240d"
		}
		b.WriteString(shown)
		if shown != text {
			if m.seen[line] == 0 {
				m.seen[line] = len(m.seen) + 1
			}
			fmt.Fprintf(&b, "%s%d%[1]s", mark, m.seen[line])
		}
		if ending != "" {
			b.WriteByte('\n')
		}
	}
	return []byte(b.String())
}

func unmark(s string) string {
	var b strings.Builder
	for {
		text, rest, found := strings.Cut(s, mark)
		b.WriteString(text)
		if !found {
			return b.String()
		}
		_, s, _ = strings.Cut(rest, mark)
	}
}

// lines yields the lines of s with their endings. A lone \r ends one too, as it
// does for the AWS CLI: what follows it may be a secret.
func lines(s string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for s != "" {
			end := strings.IndexAny(s, "\r\n") + 1
			switch {
			case end == 0:
				end = len(s)
			case s[end-1] == '\r' && end < len(s) && s[end] == '\n':
				end++
			}
			if !yield(s[:end]) {
				return
			}
			s = s[end:]
		}
	}
}

func cutEnding(line string) (text, ending string) {
	text = strings.TrimRight(line, "\r\n")
	return text, line[len(text):]
}

func crlf(content []byte) bool {
	for line := range lines(string(content)) {
		if _, ending := cutEnding(line); ending != "\r\n" && ending != "" {
			return false
		}
	}
	return true
}

// visible replaces what a terminal would obey, or would not show: control
// characters, those that turn the direction of text around, broken UTF-8.
func visible(s string) string {
	clean := true
	for _, r := range s {
		clean = clean && r != utf8.RuneError && (r == '\t' || unicode.IsGraphic(r))
	}
	if clean {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || unicode.IsGraphic(r):
			return r
		case r < ' ':
			return '\u2400' + r // its picture
		case r == 0x7f:
			return '\u2421'
		}
		return utf8.RuneError
	}, s)
}

const redacted = "[redacted]"

// A redactor hides secrets in a file that it is shown line by line, without its
// line endings. It asks less of a line than the AWS CLI does: a comment, a line of
// a nested block or in the wrong section may hold a secret too.
type redactor struct {
	inOption bool // a deeper line continues a value
	indent   int  // of the last line that continued none
	inSecret bool // a line deeper than secret continues a secret
	secret   int
}

// redact returns the line without the secrets in it.
func (r *redactor) redact(line string) string {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	lead := line[:len(line)-len(text)]
	indent := utf8.RuneCountInString(lead)
	switch {
	case text == "":
		return line
	case r.inSecret && indent > r.secret:
		return lead + redacted
	case text[0] == '#' || text[0] == ';':
		return hide(line, strings.TrimLeft(text, "#;"))
	}
	option, isHeader := text, false
	if end := strings.LastIndexByte(text, ']'); text[0] == '[' && end > 0 {
		option, isHeader = text[end+1:], true
	}
	key, _, found := cutOption(option)
	continues := r.inOption && indent > r.indent
	if !continues {
		r.inOption, r.indent = found && !isHeader, indent
	}
	r.inSecret, r.secret = found && secretKey(key), indent
	if !found && !isHeader && !continues {
		// Such a file has no lines like this, unless somebody pasted a secret.
		return lead + redacted
	}
	return hide(line, option)
}

// hide removes the secret value from a line that ends in this option.
func hide(line, option string) string {
	key, value, found := cutOption(option)
	bare := strings.TrimRightFunc(value, unicode.IsSpace)
	if !found || bare == "" || !secretKey(key) {
		return line
	}
	shown := redacted
	// Long enough that the rest does not follow from the four.
	if c := []rune(bare); strings.HasSuffix(normal(key), "access_key_id") && len(c) >= 12 {
		shown += string(c[len(c)-4:])
	}
	return line[:len(line)-len(value)] + shown
}

// cutOption cuts a line at its first = or :, and leaves the white space behind
// that out of the value.
func cutOption(text string) (key, value string, found bool) {
	i := strings.IndexAny(text, "=:")
	if i < 0 {
		return "", "", false
	}
	return text[:i], strings.TrimLeftFunc(text[i+1:], unicode.IsSpace), true
}

// secretKey says whether the values of a key are secret, of whatever tool it is.
func secretKey(key string) bool {
	key = normal(key)
	for _, plain := range [...]string{
		"url", "uri", "endpoint", "file", "path", "arn", "expires", "expiration", "expiry", "duration",
	} {
		if strings.HasSuffix(key, plain) {
			return false // it says where a secret is, or until when
		}
	}
	for _, word := range [...]string{
		"secret", "token", "passw", "passphrase", "passcode", "private_key", "api_key", "apikey", "access_key_id",
	} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}

func normal(key string) string {
	return strings.ReplaceAll(strings.ToLower(strings.TrimSpace(key)), "-", "_")
}
