package awsconfig_test

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// A reading is a config file that a second parser has read. The tests compare this parser
// with the package. It uses regular expressions and follows the documentation of Python's
// configparser and the behaviour of the AWS CLI. TestPython compares it with the real parser.
type reading struct {
	lines    []string // with their endings
	sections []*pySection
	defaults *pySection // [DEFAULT]
}

type pySection struct {
	header  string
	line    int // the index of its header
	options []*pyOption
}

type pyOption struct {
	key   string
	parts []string // the value, line by line
	line  int      // the index of its line
	end   int      // the index of the last line of the value
}

// These are the characters that Python's str.isspace accepts: a list, and a class for regular
// expressions.
const (
	spaces = "\t\n\v\f\r\x1c\x1d\x1e\x1f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
	space  = `[\t-\r\x1c-\x20\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]`
)

var (
	reIndent = regexp.MustCompile(`^` + space + `*`)
	reHeader = regexp.MustCompile(`(?s)^\[(.+)\]`)
	reOption = regexp.MustCompile(`(?s)^(.*?)` + space + `*[=:]` + space + `*`)
	reInner  = regexp.MustCompile(`[\v\f\x1c-\x1e\x{85}\x{2028}\x{2029}\n]`)
	reWord   = regexp.MustCompile(`(?s)^(?:[^ \t'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+`)
	reQuotes = regexp.MustCompile(`(?s)\\.|'[^']*'|"(?:[^"\\]|\\.)*"`)
	reEscape = regexp.MustCompile(`\\(["\\])`)
)

func lower(s string) string { return strings.ToLower(s) }

func strip(s string) string { return strings.Trim(s, spaces) }

// linesOf splits a file after each \n, each \r\n and each lone \r.
func linesOf(content string) (lines []string) {
	for _, l := range strings.SplitAfter(content, "\n") {
		parts := strings.SplitAfter(l, "\r")
		if n := len(parts); n > 1 && parts[n-1] == "\n" {
			parts = append(parts[:n-2], parts[n-2]+"\n")
		}
		for _, p := range parts {
			if p != "" {
				lines = append(lines, p)
			}
		}
	}
	return lines
}

// read parses a file. An error means that the AWS CLI rejects the file.
func read(content string) (*reading, error) {
	if !utf8.ValidString(content) {
		return nil, errors.New("not UTF-8")
	}
	r := &reading{lines: linesOf(content), defaults: &pySection{header: "DEFAULT"}}
	var section *pySection
	var opt *pyOption
	depth := 0
	for i, raw := range r.lines {
		text := strip(raw)
		if text == "" && opt != nil {
			opt.parts = append(opt.parts, "")
		}
		if text == "" || strings.HasPrefix(text, "#") || strings.HasPrefix(text, ";") {
			continue
		}
		indent := utf8.RuneCountInString(reIndent.FindString(raw))
		if opt != nil && indent > depth {
			opt.parts, opt.end = append(opt.parts, text), i
			continue
		}
		depth = indent
		if m := reHeader.FindStringSubmatch(text); m != nil {
			if section, opt = r.defaults, nil; m[1] != "DEFAULT" {
				section = &pySection{header: m[1], line: i}
				r.sections = append(r.sections, section)
			}
			continue
		}
		m := reOption.FindStringSubmatch(text)
		if section == nil || m == nil || m[1] == "" {
			return nil, fmt.Errorf("line %d is neither header nor option", i+1)
		}
		opt = &pyOption{key: strings.ToLower(m[1]), parts: []string{text[len(m[0]):]}, line: i, end: i}
		section.options = append(section.options, opt)
	}
	return r, r.check()
}

// check returns an error for a duplicate section or key, which the AWS CLI rejects.
func (r *reading) check() error {
	headers := map[string]bool{}
	for _, s := range append([]*pySection{r.defaults}, r.sections...) {
		if headers[s.header] {
			return fmt.Errorf("section %s twice", s.header)
		}
		headers[s.header] = true
		keys := map[string]bool{}
		for _, o := range s.options {
			if keys[o.key] {
				return fmt.Errorf("key %s twice", o.key)
			}
			keys[o.key] = true
			if _, err := o.nested(); err != nil {
				return err
			}
		}
	}
	return nil
}

// value returns the value with its lines joined, like the parser.
func (o *pyOption) value() string {
	return strings.TrimRight(strings.Join(o.parts, "\n"), spaces)
}

// nested returns the pairs of a nested block, or nil. A duplicate key keeps its first
// position and has its last value.
func (o *pyOption) nested() (pairs [][2]string, err error) {
	value := o.value()
	if !strings.HasPrefix(value, "\n") {
		return nil, nil
	}
	for _, text := range reInner.Split(value, -1) {
		if text = strip(text); text == "" {
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return nil, fmt.Errorf("line %d: a nested line without =", o.line+1)
		}
		pairs = put(pairs, strip(key), strip(value))
	}
	return pairs, nil
}

func put(pairs [][2]string, key, value string) [][2]string {
	for i := range pairs {
		if pairs[i][0] == key {
			pairs[i][1] = value
			return pairs
		}
	}
	return append(pairs, [2]string{key, value})
}

// meaning returns the kind and the name of a section, such as "profile dev". It is empty
// if the AWS CLI ignores the section.
func meaning(header string, credentials bool) string {
	if credentials || header == "default" {
		return "profile " + header
	}
	for _, kind := range []string{"profile", "sso-session", "services"} {
		if !strings.HasPrefix(header, kind) {
			continue
		}
		var words []string
		for rest := strings.Trim(header, " \t"); rest != ""; rest = strings.TrimLeft(rest, " \t") {
			word := reWord.FindString(rest)
			if word == "" {
				return "" // an unclosed quote
			}
			words, rest = append(words, unquote(word)), rest[len(word):]
		}
		if len(words) != 2 {
			return ""
		}
		return kind + " " + words[1]
	}
	return "other " + header
}

func unquote(word string) string {
	return reQuotes.ReplaceAllStringFunc(word, func(q string) string {
		switch q[0] {
		case '\\':
			return q[1:]
		case '\'':
			return q[1 : len(q)-1]
		}
		return reEscape.ReplaceAllString(q[1:len(q)-1], "$1")
	})
}

// section returns the last section with this kind and name, or nil.
func (r *reading) section(title string, credentials bool) (found *pySection) {
	for _, s := range r.sections {
		if meaning(s.header, credentials) == title {
			found = s
		}
	}
	return found
}

func (s *pySection) option(key string) *pyOption {
	for _, o := range s.options {
		if o.key == strings.ToLower(key) {
			return o
		}
	}
	return nil
}
