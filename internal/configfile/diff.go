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
