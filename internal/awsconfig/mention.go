package awsconfig

import (
	"iter"
	"strings"
)

// A Mention is a line that looks like a setting. Whether it is one, and whether it
// counts, only [Doc.Find] of its section can tell: it may be part of a longer
// value, or stand in a section that another replaces.
type Mention struct {
	Key   string // in lower case
	Value string // the first line of the value

	doc  *Doc
	line int // where it starts
}

// Mentions yields the lines with part in the key, in any case; part is in lower
// case. Without any it takes a fraction of the time that a look-up takes: this is
// how to ask whether some rare key is used anywhere in a file.
func (d *Doc) Mentions(part string) iter.Seq[Mention] {
	return func(yield func(Mention) bool) {
		if d == nil || part == "" {
			return
		}
		at := rarest(part)
		for _, c := range []byte{part[at], strings.ToUpper(part)[at]} {
			for from := 0; ; {
				i := strings.IndexByte(d.data[from:], c)
				if i < 0 {
					break
				}
				from += i + 1
				start := from - 1 - at
				if !foldAt(d.data, start, part) {
					continue
				}
				s := scanner{data: d.data, pos: startOfLine(d.data, start), inSection: true}
				m := Mention{doc: d, line: s.pos}
				l, _ := s.next()
				from = max(from, s.pos) // one of a line is enough
				if l.kind != option {
					continue
				}
				m.Key, m.Value, _ = splitOption(l.text)
				m.Key = strings.ToLower(m.Key)
				if strings.Contains(m.Key, part) && !yield(m) {
					return
				}
			}
		}
	}
}

// rarest returns the index of the letter of part that is the rarest in such files,
// and so the best to search for.
func rarest(part string) int {
	for _, c := range []byte("qzjxkvwfybhg") {
		if i := strings.IndexByte(part, c); i >= 0 {
			return i
		}
	}
	return 0
}

// foldAt reports whether part, in lower case, stands at the index of s in any case.
func foldAt[T string | []byte](s T, at int, part string) bool {
	if at < 0 || at+len(part) > len(s) {
		return false
	}
	for i := range len(part) {
		c := s[at+i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != part[i] {
			return false
		}
	}
	return true
}

// Section returns the section that the line stands under; [DEFAULT] is an Other.
// ok is false if there is none, or if it takes reading the file to tell.
func (m Mention) Section() (kind Kind, name string, ok bool) {
	data := m.doc.data
	for end := m.line; ; {
		i := strings.LastIndexByte(data[:end], '[')
		if i < 0 {
			return 0, "", false
		}
		start := startOfLine(data, i)
		if trim(data[start:i]) != "" {
			end = i
			continue
		}
		if start < i {
			return 0, "", false // indented: a header, or more of a value
		}
		s := scanner{data: data, pos: start}
		l, _ := s.next()
		if l.kind != header {
			end = i
			continue
		}
		text, _ := headerText(l.text)
		return sectionName(text, m.doc.Credentials)
	}
}

// startOfLine returns where the line of the character at i starts.
func startOfLine(data string, i int) int {
	for i > 0 && data[i-1] != '\n' && data[i-1] != '\r' {
		i--
	}
	return i
}
