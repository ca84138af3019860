// This file prints a change as a diff without secrets.

package configfile

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/diff"
)

// Diff returns a unified diff of two contents of a config or credentials file, or "" if they
// are equal. The diff is safe to print. Values of secret keys become "[redacted]". An access
// key ID keeps its last four characters. Control characters become visible. A line in which
// only a secret has changed is still part of the diff.
func Diff(name string, before, after []byte) string {
	name = visible(name)
	m := marker{windows: crlf(before) && crlf(after)}
	out := string(diff.Diff(name, m.mark(before), name, m.mark(after)))
	_, out, _ = strings.Cut(out, "\n") // drop the line "diff NAME NAME"
	return unmark(out)
}

// A marker makes the lines of both contents safe to print. If that changes a line, the marker
// appends a mark: a number for the original line. So the diff still shows each changed line,
// although the secrets are hidden.
type marker struct {
	windows bool           // all lines of both contents end in \r\n, so \r is not shown
	seen    map[string]int // the number of each changed line
}

// mark begins and ends a mark. No safe line contains this byte.
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

// lines yields the lines of s with their endings. A lone \r ends a line, as in the AWS CLI,
// because the next line may contain a secret.
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

// visible replaces characters that a terminal would interpret or not show. These are control
// characters, characters that change the direction of text, and invalid UTF-8.
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
			return '\u2400' + r // the Unicode picture of the control character
		case r == 0x7f:
			return '\u2421'
		}
		return utf8.RuneError
	}, s)
}

const redacted = "[redacted]"

// A redactor hides the secrets of a file. The caller passes the lines in order, without line
// endings. Unlike the AWS CLI, it also finds keys in comments, in nested blocks and in the
// wrong section, because they may have secrets.
type redactor struct {
	inOption bool // a line with a deeper indent continues a value
	indent   int  // of the last line that does not continue a value
	inSecret bool // a line with a deeper indent than secret continues a secret
	secret   int
}

// redact returns the line with its secrets replaced.
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
		// The line is not valid. The line may be a pasted secret.
		return lead + redacted
	}
	return hide(line, option)
}

// hide replaces the secret value in a line that ends with this option.
func hide(line, option string) string {
	key, value, found := cutOption(option)
	bare := strings.TrimRightFunc(value, unicode.IsSpace)
	if !found || bare == "" || !secretKey(key) {
		return line
	}
	shown := redacted
	// A short value could be guessed from its last four characters.
	if c := []rune(bare); strings.HasSuffix(normal(key), "access_key_id") && len(c) >= 12 {
		shown += string(c[len(c)-4:])
	}
	return line[:len(line)-len(value)] + shown
}

// cutOption splits a line at its first = or :, and removes white space before the value.
func cutOption(text string) (key, value string, found bool) {
	i := strings.IndexAny(text, "=:")
	if i < 0 {
		return "", "", false
	}
	return text[:i], strings.TrimLeftFunc(text[i+1:], unicode.IsSpace), true
}

// secretKey reports whether the values of a key are secret. It knows keys of many tools.
func secretKey(key string) bool {
	key = normal(key)
	for _, plain := range [...]string{
		"url", "uri", "endpoint", "file", "path", "arn", "expires", "expiration", "expiry", "duration",
	} {
		if strings.HasSuffix(key, plain) {
			return false // the location or the expiry of a secret
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
