// This file builds sections from lines.

package awsconfig

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A collector builds sections from lines. The caller adds all lines of a section in order,
// beginning with its header. The caller may leave out whole sections.
type collector struct {
	path        string
	credentials bool

	raws     []*rawSection // in the order of their first headers
	index    map[string]*rawSection
	problems []Problem

	cur    *rawSection
	last   int    // index in cur.settings of the setting that was read last
	more   []part // the continuation lines of that setting, so far
	blanks int    // blank lines since the last part in more
}

// A rawSection holds the settings of all sections with the same header text.
type rawSection struct {
	text     string // between the brackets
	line     int    // of the first header
	settings []Setting
	indices  map[string]int // of the settings by key; nil while they are few
}

// A part is one continuation line of a value.
type part struct {
	line int
	text string
}

// collect parses the whole file.
func (d *Doc) collect() (*collector, error) {
	c := d.collector()
	s := scanner{data: d.data}
	for num := 1; ; num++ {
		l, ok := s.next()
		if !ok {
			return c, c.close()
		}
		if err := c.add(num, l); err != nil {
			return c, err
		}
	}
}

// collector returns an empty collector for the file.
func (d *Doc) collector() *collector {
	c := &collector{path: d.Path, credentials: d.Credentials}
	if d.bom {
		c.problems = append(c.problems, Problem{
			Path: c.path, Line: 1,
			Text: "the file begins with a byte order mark; lanyard ignores it, but the AWS CLI cannot read this file",
			Hint: "save the file as UTF-8 without a byte order mark",
		})
	}
	return c
}

// add adds the next line, which has the number num. An error is a *[ParseError]. After an
// error the collector must not be used.
func (c *collector) add(num int, l line) error {
	if !utf8.ValidString(l.raw) {
		return c.fail(num, "not UTF-8 text; save the file as UTF-8 without a byte order mark")
	}
	switch l.kind {
	case blank:
		c.blanks++
	case comment:
	case continuation:
		for ; c.blanks > 0; c.blanks-- {
			c.more = append(c.more, part{line: num})
		}
		c.more = append(c.more, part{num, l.text})
	case header:
		if err := c.close(); err != nil {
			return err
		}
		text, _ := headerText(l.text)
		c.begin(num, text)
	case option:
		if err := c.close(); err != nil {
			return err
		}
		key, value, _ := splitOption(l.text)
		c.set(num, strings.ToLower(key), value)
	case stray:
		return c.fail(num, "a setting before the first [section]")
	case bad:
		return c.fail(num, whyBad(l.text))
	}
	return nil
}

// whyBad returns why a line is invalid. It quotes only headers, because other lines may
// contain secrets.
func whyBad(text string) string {
	switch {
	case text[0] == '[':
		return "section header without ] or without a name: " + strconv.Quote(text)
	case text[0] == '=' || text[0] == ':':
		return "value without a key"
	}
	return "neither a [section] nor a key = value"
}

// defaultSection is the header of the section whose settings all other sections inherit.
// Python's configparser defines it. It is not the profile [default].
const defaultSection = "DEFAULT"

// begin starts a section. If an earlier section has the same header, begin continues
// the earlier section and reports a problem.
func (c *collector) begin(num int, text string) {
	if c.cur = c.index[text]; c.cur == nil {
		if c.index == nil {
			c.index = make(map[string]*rawSection)
		}
		c.cur = &rawSection{text: text, line: num}
		c.index[text] = c.cur
		c.raws = append(c.raws, c.cur)
		return
	}
	if text == defaultSection {
		return // the AWS CLI accepts several [DEFAULT] sections
	}
	c.problems = append(c.problems, Problem{
		Path: c.path, Line: num,
		Text: "duplicate section [" + text + "] (also on line " + strconv.Itoa(c.cur.line) +
			"); lanyard reads both as one, but the AWS CLI cannot read this file",
		Hint: "move the settings below line " + strconv.Itoa(num) + " to the section on line " +
			strconv.Itoa(c.cur.line) + ", and delete line " + strconv.Itoa(num),
	})
}

// set sets a key of the current section. If the key occurs twice, the last value counts.
func (c *collector) set(num int, key, value string) {
	s := Setting{Key: key, Value: value, Line: num}
	c.blanks = 0
	if i := c.cur.find(key); i >= 0 {
		old := &c.cur.settings[i]
		c.problems = append(c.problems, Problem{
			Path: c.path, Line: num,
			Text: "duplicate key " + key + " in [" + c.cur.text + "] (also on line " + strconv.Itoa(old.Line) +
				"); lanyard uses the last value, but the AWS CLI cannot read this file",
			Hint: "delete one of the two lines",
		})
		*old, c.last = s, i
		return
	}
	c.last = len(c.cur.settings)
	if c.last == 0 {
		c.cur.settings = make([]Setting, 0, 8) // most sections have at most 8
	}
	if c.cur.indices != nil {
		c.cur.indices[key] = c.last
	}
	c.cur.settings = append(c.cur.settings, s)
}

// close ends the value that was read last. The caller must call it after the last line.
func (c *collector) close() error {
	more := c.more
	c.blanks, c.more = 0, c.more[:0]
	if len(more) == 0 {
		return nil
	}
	s := &c.cur.settings[c.last]
	var b strings.Builder
	b.WriteString(s.Value)
	for _, p := range more {
		b.WriteByte('\n')
		b.WriteString(p.text)
	}
	nested := s.Value == ""
	s.Value = b.String()
	if !nested {
		return nil
	}
	return c.nest(s, more)
}

func (c *collector) fail(num int, text string) error {
	return &ParseError{Path: c.path, Line: num, Text: text}
}

// nest parses the continuation lines of a setting as a block of nested settings. In a
// block only = is a delimiter, and keys keep their case.
func (c *collector) nest(s *Setting, lines []part) error {
	s.Nested = make([]Setting, 0, len(lines))
	var at map[string]int // indices of the nested settings by key; nil while they are few
	for _, p := range lines {
		for rest, more := p.text, true; more; {
			var text string
			text, rest, more = cutInnerLine(rest)
			if text = trim(text); text == "" {
				continue
			}
			i := strings.IndexByte(text, '=')
			if i < 0 {
				return c.fail(p.line, "line without = in the block "+s.Key)
			}
			n := Setting{Key: trimRight(text[:i]), Value: trim(text[i+1:]), Line: p.line}
			switch {
			case at == nil && len(s.Nested) >= many:
				at = indices(s.Nested)
				fallthrough
			case at != nil:
				if i, ok := at[n.Key]; ok {
					s.Nested[i] = n
					continue
				}
				at[n.Key] = len(s.Nested)
				s.Nested = append(s.Nested, n)
			default:
				s.nest(n)
			}
		}
	}
	return nil
}

// nest sets a key of the nested block.
func (s *Setting) nest(n Setting) {
	for i := range s.Nested {
		if s.Nested[i].Key == n.Key {
			s.Nested[i] = n
			return
		}
	}
	s.Nested = append(s.Nested, n)
}

// cutInnerLine cuts s at the first character that ends a line in Python's str.splitlines, but
// not in a text file. The AWS CLI splits nested blocks with str.splitlines.
func cutInnerLine(s string) (text, rest string, found bool) {
	for i, r := range s {
		switch r {
		case '\v', '\f', 0x1c, 0x1d, 0x1e:
			return s[:i], s[i+1:], true
		case 0x85:
			return s[:i], s[i+2:], true
		case 0x2028, 0x2029:
			return s[:i], s[i+3:], true
		}
	}
	return s, "", false
}

// many is the number of settings above which a map is faster than a linear search.
const many = 32

// find returns the index of the setting with this key, or -1.
func (r *rawSection) find(key string) int {
	if len(r.settings) < many {
		for i := range r.settings {
			if r.settings[i].Key == key {
				return i
			}
		}
		return -1
	}
	if r.indices == nil {
		r.indices = indices(r.settings)
	}
	if i, ok := r.indices[key]; ok {
		return i
	}
	return -1
}

// indices returns the indices of the settings by key.
func indices(settings []Setting) map[string]int {
	at := make(map[string]int, 2*len(settings))
	for i := range settings {
		at[settings[i].Key] = i
	}
	return at
}

// sections returns the collected sections, including the settings that they inherit from
// [DEFAULT]. If two headers spell one name differently, only the last section counts.
func (c *collector) sections() []*Section {
	var inherited []Setting
	if d := c.index[defaultSection]; d != nil {
		inherited = d.settings
	}
	secs := make([]*Section, 0, len(c.raws))
	seen := make(map[id]int, len(c.raws))
	for _, r := range c.raws {
		kind, name, ok := sectionName(r.text, c.credentials)
		if !ok || r.text == defaultSection {
			continue
		}
		s := &Section{Kind: kind, Name: name, Path: c.path, Line: r.line, Settings: inherit(r.settings, inherited)}
		if i, ok := seen[id{kind, name}]; ok {
			secs[i] = s // the settings are not merged, as in the AWS CLI
			continue
		}
		seen[id{kind, name}] = len(secs)
		secs = append(secs, s)
	}
	return secs
}

// An id identifies a section.
type id struct {
	kind Kind
	name string
}

// inherit returns the settings of a section, followed by the inherited settings with other keys.
func inherit(settings, inherited []Setting) []Setting {
	if len(inherited) == 0 {
		return settings
	}
	section := rawSection{settings: settings}
	for _, s := range inherited {
		if section.find(s.Key) < 0 {
			settings = append(settings, s)
		}
	}
	return settings
}
