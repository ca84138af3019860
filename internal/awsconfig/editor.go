package awsconfig

import (
	"slices"
	"strconv"
	"strings"
)

// An editor is a file on its way to another content. It has the file twice: as
// lines, which are changed, and as what they should say in the end, which decides
// what a change means and which verify compares with the result.
type editor struct {
	path        string
	credentials bool
	bom         bool

	blocks   []*block      // in the order of the file
	index    map[id]*block // the section that counts, by its name
	want     []*raw        // what the sections should say
	defaults *raw          // what they inherit; nil if nothing
	problems []Problem     // of the file as it was
}

// An id is what a section is for.
type id struct {
	kind Kind
	name string
}

// A block is the lines from one header to the next.
type block struct {
	at    int  // index among the blocks
	raw   *raw // what it should say; nil before the first header
	lines []line
}

// newEditor reads a file. Its error is a *[ParseError].
func newEditor(path string, content []byte, credentials bool) (*editor, error) {
	f := Parse(content)
	c := collector{path: path, credentials: credentials}
	if f.bom {
		c.foundBOM()
	}
	e := &editor{path: path, credentials: credentials, bom: f.bom, index: make(map[id]*block)}
	b, start := &block{}, 0
	for i, l := range f.lines {
		if err := c.add(i+1, l); err != nil {
			return nil, err
		}
		if l.kind == header {
			b.lines = f.lines[start:i:i]
			e.push(b)
			b, start = &block{raw: c.cur}, i
		}
	}
	if err := c.close(); err != nil {
		return nil, err
	}
	b.lines = f.lines[start:]
	e.push(b)
	e.want, e.defaults, e.problems = c.raws, c.index[defaultSection], c.problems
	return e, nil
}

// push puts a block at the end of the file.
func (e *editor) push(b *block) {
	b.at = len(e.blocks)
	e.blocks = append(e.blocks, b)
	if b.raw == nil || b.raw.text == defaultSection {
		return
	}
	if kind, name, ok := sectionName(b.raw.text, e.credentials); ok {
		e.index[id{kind, name}] = b
	}
}

// apply makes one change. Its error is an *[EditError].
func (e *editor) apply(ch Change) error {
	if !ch.Remove {
		if err := e.check(ch); err != nil {
			return err
		}
		ch.Value = trim(ch.Value)
	}
	if ch.Name == defaultSection && (ch.Kind == Other || e.credentials) && e.defaults != nil {
		return e.refuse(ch, e.defaults.line, inheritedByAll, "change it in an editor of texts")
	}
	b := e.index[id{ch.Kind, ch.Name}]
	if b == nil {
		if ch.Remove {
			return nil
		}
		var err error
		if b, err = e.addSection(ch); err != nil {
			return err
		}
	}
	switch {
	case ch.Remove && ch.Sub != "":
		return e.removeNested(b, ch)
	case ch.Remove:
		b.remove(strings.ToLower(ch.Key))
		return nil
	case ch.Sub != "":
		return e.setNested(b, ch)
	}
	return e.set(b, ch)
}

// addSection puts the section of the change at the end, without settings. No blank
// line goes before it: the AWS CLI writes none.
func (e *editor) addSection(ch Change) (*block, error) {
	text, why := newHeader(ch.Kind, ch.Name, e.credentials)
	if why != "" {
		return nil, e.refuse(ch, 0, "Invalid section name "+strconv.Quote(ch.Name)+": "+why, "choose another name")
	}
	l := line{kind: header, text: "[" + text + "]"}
	l.raw = l.text + e.endLastLine()
	b := &block{raw: &raw{text: text}, lines: []line{l}}
	e.push(b)
	e.want = append(e.want, b.raw)
	return b, nil
}

// endLastLine gives the last line of the file a line ending if it has none, and
// returns the one that a line behind it should have.
func (e *editor) endLastLine() string {
	for _, b := range slices.Backward(e.blocks) {
		if len(b.lines) > 0 {
			return e.endLine(b, len(b.lines)-1)
		}
	}
	return "\n"
}

// endLine does the same for line i of a block. The neighbours decide: a file with
// both kinds of line endings stays as it is.
func (e *editor) endLine(b *block, i int) string {
	if end := ending(b.lines[i].raw); end != "" {
		return end
	}
	end := e.endingBefore(b, i)
	b.lines[i].raw += end
	return end
}

// endingBefore returns the line ending of the line before line i of a block.
func (e *editor) endingBefore(b *block, i int) string {
	for ; ; b, i = e.blocks[b.at-1], len(e.blocks[b.at-1].lines) {
		if i > 0 {
			return ending(b.lines[i-1].raw)
		}
		if b.at == 0 {
			return "\n"
		}
	}
}

// bytes returns the file as it is now.
func (e *editor) bytes() []byte {
	n := len(bom)
	for _, b := range e.blocks {
		for _, l := range b.lines {
			n += len(l.raw)
		}
	}
	content := make([]byte, 0, n)
	if e.bom {
		content = append(content, bom...)
	}
	for _, b := range e.blocks {
		for _, l := range b.lines {
			content = append(content, l.raw...)
		}
	}
	return content
}
