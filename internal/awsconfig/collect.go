// How lines become sections with settings.

package awsconfig

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A collector puts lines together to sections. The lines of a section come one
// after another and begin with its header; whole sections may be left out.
type collector struct {
	path        string
	credentials bool

	raws     []*raw // in the order of their first headers
	index    map[string]*raw
	problems []Problem

	cur  *raw
	last int    // index in cur.settings of the setting that was read last
	more []part // its further lines so far
	gap  int    // blank lines since the last of them
}

// A raw is everything that stands under one header text.
type raw struct {
	text     string
	line     int
	settings []Setting
	places   map[string]int // of the settings by key, if they are many; for the collector
}

// A part is one line of a value.
type part struct {
	line int
	text string
}

// collect reads the file to its end.
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

// collector returns a collector that has read nothing yet.
func (d *Doc) collector() *collector {
	c := &collector{path: d.Path, credentials: d.Credentials}
	if d.bom {
		c.problems = append(c.problems, Problem{
			Path: c.path, Line: 1,
			Text: "the file begins with a UTF-8 byte order mark; read past it here, but the AWS CLI cannot read this file",
			Mend: "save the file as UTF-8 without a byte order mark",
		})
	}
	return c
}

// add takes the next line, which has the number num. Its error is a *ParseError,
// after which the collector is of no more use.
func (c *collector) add(num int, l line) error {
	if !utf8.ValidString(l.raw) {
		return c.fail(num, "not UTF-8 text; save the file as UTF-8 without a byte order mark")
	}
	switch l.kind {
	case blank:
		c.gap++
	case comment:
	case continuation:
		for ; c.gap > 0; c.gap-- {
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

// whyBad does not repeat the line, which may hold a secret.
func whyBad(text string) string {
	switch {
	case text[0] == '[':
		return "a section header that is not closed or is empty: " + strconv.Quote(text)
	case text[0] == '=' || text[0] == ':':
		return "a value without a key"
	}
	return "neither a [section] nor a key = value"
}

// defaultSection is the header whose keys every other section inherits. It is
// Python's, and not the profile [default].
const defaultSection = "DEFAULT"

// begin starts the section with this header, or goes on with an earlier one.
func (c *collector) begin(num int, text string) {
	if c.cur = c.index[text]; c.cur == nil {
		if c.index == nil {
			c.index = make(map[string]*raw)
		}
		c.cur = &raw{text: text, line: num}
		c.index[text] = c.cur
		c.raws = append(c.raws, c.cur)
		return
	}
	if text == defaultSection {
		return // the AWS CLI reads that
	}
	c.problems = append(c.problems, Problem{
		Path: c.path, Line: num,
		Text: "section [" + text + "] stands here and on line " + strconv.Itoa(c.cur.line) +
			"; read as one section here, but the AWS CLI cannot read this file",
		Mend: "move the settings of line " + strconv.Itoa(num) + " under the header on line " +
			strconv.Itoa(c.cur.line) + " and delete this header",
	})
}

// set gives the key a value; the last of several counts.
func (c *collector) set(num int, key, value string) {
	s := Setting{Key: key, Value: value, Line: num}
	c.gap = 0
	if i := c.cur.place(key); i >= 0 {
		old := &c.cur.settings[i]
		c.problems = append(c.problems, Problem{
			Path: c.path, Line: num,
			Text: "key " + key + " of [" + c.cur.text + "] stands here and on line " + strconv.Itoa(old.Line) +
				"; the last value counts here, but the AWS CLI cannot read this file",
			Mend: "delete one of the two lines",
		})
		*old, c.last = s, i
		return
	}
	c.last = len(c.cur.settings)
	if c.last == 0 {
		c.cur.settings = make([]Setting, 0, 8) // what most sections have at most
	}
	if c.cur.places != nil {
		c.cur.places[key] = c.last
	}
	c.cur.settings = append(c.cur.settings, s)
}

// close ends the value that was read last. It must be called after the last line.
func (c *collector) close() error {
	more := c.more
	c.gap, c.more = 0, c.more[:0]
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

// nest reads the further lines of a setting without a value of its own as one
// level of key = value. Only = delimits here, and keys keep their case.
func (c *collector) nest(s *Setting, lines []part) error {
	s.Nested = make([]Setting, 0, len(lines))
	var at map[string]int // of the nested settings by key, if they are many
	for _, p := range lines {
		for rest, more := p.text, true; more; {
			var text string
			text, rest, more = cutInnerLine(rest)
			if text = trim(text); text == "" {
				continue
			}
			i := strings.IndexByte(text, '=')
			if i < 0 {
				return c.fail(p.line, "a line of the block of key "+s.Key+" lacks its =")
			}
			n := Setting{Key: trimRight(text[:i]), Value: trim(text[i+1:]), Line: p.line}
			switch {
			case at == nil && len(s.Nested) >= many:
				at = places(s.Nested)
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

// nest puts n into the block; the last of several with one key counts.
func (s *Setting) nest(n Setting) {
	for i := range s.Nested {
		if s.Nested[i].Key == n.Key {
			s.Nested[i] = n
			return
		}
	}
	s.Nested = append(s.Nested, n)
}

// cutInnerLine cuts s at the first character that ends a line for Python's
// str.splitlines and does not end one in a file.
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

// many is the number of settings from which a look-up in a map is quicker than a look
// at each of them.
const many = 32

// place returns the index of the setting of the key, or -1.
func (r *raw) place(key string) int {
	if len(r.settings) < many {
		for i := range r.settings {
			if r.settings[i].Key == key {
				return i
			}
		}
		return -1
	}
	if r.places == nil {
		r.places = places(r.settings)
	}
	if i, ok := r.places[key]; ok {
		return i
	}
	return -1
}

// places returns the indices of settings by their keys.
func places(settings []Setting) map[string]int {
	at := make(map[string]int, 2*len(settings))
	for i := range settings {
		at[settings[i].Key] = i
	}
	return at
}

// sections returns what was collected: keys of [DEFAULT] inherited, names read,
// and of several spellings of one name only the last.
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
			secs[i] = s // wholesale, in the place of the first
			continue
		}
		seen[id{kind, name}] = len(secs)
		secs = append(secs, s)
	}
	return secs
}

// An id is what a section is for.
type id struct {
	kind Kind
	name string
}

// inherit returns own and, after them, what it lacks of inherited.
func inherit(own, inherited []Setting) []Setting {
	if len(inherited) == 0 {
		return own
	}
	section := raw{settings: own}
	for _, s := range inherited {
		if section.place(s.Key) < 0 {
			own = append(own, s)
		}
	}
	return own
}
