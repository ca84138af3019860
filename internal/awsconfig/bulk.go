// This file edits many sections of a config file in one pass.

package awsconfig

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
)

// A Bulk edits many sections of a config file, in a time that grows linearly with the file and the
// number of changes. Like [Edit], it keeps all other bytes, and checks the result. [NewBulk]
// returns a Bulk.
type Bulk struct {
	e       *editor
	content []byte

	added   bytes.Buffer // the text of the new sections
	end     string       // the line ending of the new sections; "" before the first new section
	removed map[*block]bool
}

// NewBulk parses the content of a config file. The path is for messages. An error is a
// *[ParseError].
func NewBulk(path string, content []byte) (*Bulk, error) {
	e, err := newEditor(path, content, false)
	if err != nil {
		return nil, err
	}
	return &Bulk{e: e, content: content, removed: map[*block]bool{}}, nil
}

// An OwnSection is a section as it stands in the file, without settings of [DEFAULT].
type OwnSection struct {
	Section
	Commented bool // a comment stands between the header and the last setting
}

// Sections calls yield for each section that a program can use, in the order of the file. If
// several headers spell one name, only the last section counts. The settings must not be changed.
func (b *Bulk) Sections(yield func(OwnSection) bool) {
	for _, bl := range b.e.blocks {
		if s, ok := b.own(bl); ok && !yield(s) {
			return
		}
	}
}

// Section returns the section of this kind and name, with the changes so far.
func (b *Bulk) Section(kind Kind, name string) (OwnSection, bool) {
	bl := b.e.index[id{kind, name}]
	if bl == nil {
		return OwnSection{}, false
	}
	return b.own(bl)
}

// own returns the section of a block. ok is false if no program uses the block.
func (b *Bulk) own(bl *block) (s OwnSection, ok bool) {
	if bl.raw == nil {
		return s, false
	}
	kind, name, ok := sectionName(bl.raw.text, false)
	if !ok || b.e.index[id{kind, name}] != bl {
		return s, false
	}
	s.Section = Section{Kind: kind, Name: name, Path: b.e.path, Line: bl.raw.line, Settings: bl.raw.settings}
	s.Commented = slices.ContainsFunc(bl.lines[:bl.tail()+1], func(l line) bool { return l.kind == comment })
	return s, true
}

// Change applies a change like [Edit]. The section must be in the file already.
func (b *Bulk) Change(ch Change) error {
	if b.e.index[id{ch.Kind, ch.Name}] == nil {
		return b.missing(ch.Kind, ch.Name)
	}
	return b.e.apply(ch)
}

// Remove removes the header and the settings of a section. Comments and blank lines after the last
// setting stay, because they usually belong to the next section.
func (b *Bulk) Remove(kind Kind, name string) error {
	bl := b.e.index[id{kind, name}]
	if bl == nil {
		return b.missing(kind, name)
	}
	b.removed[bl] = true
	return nil
}

// Rename gives a section of the file another name. Its settings and comments stay. The caller
// chooses a name that no section has.
func (b *Bulk) Rename(kind Kind, name, to string) error {
	bl := b.e.index[id{kind, name}]
	if bl == nil {
		return b.missing(kind, name)
	}
	text, why := newHeader(kind, to, false)
	if why != "" {
		return b.invalid(to, why)
	}
	l := &bl.lines[0]
	start := strings.IndexByte(l.raw, '[') + 1
	l.raw = l.raw[:start] + text + l.raw[start+len(bl.raw.text):]
	l.text = trim(l.raw)
	bl.raw.text = text
	delete(b.e.index, id{kind, name})
	b.e.index[id{kind, to}] = bl
	return nil
}

// Add adds a section at the end of the file. The caller chooses a name that no section has. The
// other methods do not find the new section.
func (b *Bulk) Add(kind Kind, name string, settings []Setting) error {
	text, why := newHeader(kind, name, false)
	if why != "" {
		return b.invalid(name, why)
	}
	if b.end == "" {
		b.end = b.e.endLastLine()
	}
	raw := &rawSection{text: text, settings: make([]Setting, 0, len(settings))}
	b.added.WriteString("[" + text + "]" + b.end)
	for _, s := range settings {
		ch := Change{Kind: kind, Name: name, Key: s.Key, Value: trim(s.Value)}
		if err := b.e.check(ch); err != nil {
			return err
		}
		raw.settings = append(raw.settings, Setting{Key: strings.ToLower(ch.Key), Value: ch.Value})
		for _, part := range [...]string{ch.Key, " = ", ch.Value, b.end} {
			b.added.WriteString(part)
		}
	}
	b.e.want = append(b.e.want, raw)
	return nil
}

// Bytes returns the new content. If nothing has changed, it returns the content that [NewBulk] got.
// It parses the result and compares all settings. An error is an *[EditError]. The Bulk must not be
// used after Bytes.
func (b *Bulk) Bytes() ([]byte, error) {
	if len(b.removed) > 0 {
		gone := make(map[*rawSection]bool, len(b.removed))
		for bl := range b.removed {
			bl.lines = bl.lines[bl.tail()+1:]
			gone[bl.raw] = true
		}
		b.e.want = slices.DeleteFunc(b.e.want, func(r *rawSection) bool { return gone[r] })
	}
	edited := b.e.bytes()
	edited = append(edited, b.added.Bytes()...)
	b.added = bytes.Buffer{}
	if bytes.Equal(edited, b.content) {
		return b.content, nil
	}
	if err := b.e.verify(edited); err != nil {
		return nil, err
	}
	return edited, nil
}

// missing returns the error for a section that is not in the file.
func (b *Bulk) missing(kind Kind, name string) error {
	return &EditError{Path: b.e.path, Text: "there is no " + kind.String() + " " + strconv.Quote(name)}
}

// invalid returns the error for a name that no section can have.
func (b *Bulk) invalid(name, why string) error {
	return &EditError{Path: b.e.path, Text: "Invalid section name " + strconv.Quote(name) + ": " + why, Hint: "choose another name"}
}
