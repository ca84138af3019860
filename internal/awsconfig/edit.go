// This file edits a file: it checks each change, applies it, and checks the result.

package awsconfig

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

type Change struct {
	Kind Kind   // of the section
	Name string // of the section, without quotes; for Other, the text between the brackets

	// Key ignores case, as in the AWS CLI. A new key is written with this spelling.
	Key string
	// Sub, if not empty, is a key in the nested block Key. It is case-sensitive.
	Sub string

	// Value is trimmed of white space, because a reader trims every value.
	Value string
	// Remove removes the setting. Edit then ignores Value. It is not an error if the setting
	// does not exist.
	Remove bool
}

// Edit applies the changes in order to the content of a config or credentials file, and
// returns the new content. All other bytes stay the same. The path is for messages.
//
// Edit finds every spelling of a section's header. If a name has several spellings, the last
// section counts. A changed value stays on its line. A new key follows the last setting of
// its section. A new section is added at the end of the file. Edit does not change [DEFAULT].
// It sets an inherited key in the section itself, and removes only keys of the section
// itself.
//
// Edit parses the result and checks every setting. If the AWS CLI cannot read the file, Edit
// accepts only changes that repair it, such as the removal of a duplicate key.
//
// An error is an *[EditError] or a *[ParseError].
func Edit(path string, content []byte, credentials bool, changes ...Change) ([]byte, error) {
	if len(changes) == 0 {
		return content, nil
	}
	e, err := newEditor(path, content, credentials)
	if err != nil {
		return nil, err
	}
	for _, ch := range changes {
		if err := e.apply(ch); err != nil {
			return nil, err
		}
	}
	edited := e.bytes()
	if bytes.Equal(edited, content) && len(e.problems) == 0 {
		return content, nil
	}
	if err := e.verify(edited); err != nil {
		return nil, err
	}
	return edited, nil
}

// An editor holds a file that is being edited. It holds the file twice: as lines, and as the
// settings that the edited lines should have. verify compares both.
type editor struct {
	path        string
	credentials bool
	bom         bool

	blocks   []*block      // in the order of the file
	index    map[id]*block // the last section with each name
	want     []*rawSection // the settings that the sections should have
	defaults *rawSection   // the settings of [DEFAULT]; may be nil
	problems []Problem     // of the original file
}

// A block holds the lines from one header to the next.
type block struct {
	at    int         // index in editor.blocks
	raw   *rawSection // the settings that it should have; nil before the first header
	lines []line
}

// newEditor parses a file. An error is a *[ParseError].
func newEditor(path string, content []byte, credentials bool) (*editor, error) {
	d := NewDoc(path, credentials, string(content))
	e := &editor{path: path, credentials: credentials, bom: d.bom, index: make(map[id]*block)}
	c, b := d.collector(), &block{}
	s := scanner{data: d.data}
	for num := 1; ; num++ {
		l, ok := s.next()
		if !ok {
			break
		}
		if err := c.add(num, l); err != nil {
			return nil, err
		}
		if l.kind == header {
			e.push(b)
			b = &block{raw: c.cur}
		}
		b.lines = append(b.lines, l)
	}
	if err := c.close(); err != nil {
		return nil, err
	}
	e.push(b)
	e.want, e.defaults, e.problems = c.raws, c.index[defaultSection], c.problems
	return e, nil
}

// push adds a block at the end of the file.
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

// apply applies one change. An error is an *[EditError].
func (e *editor) apply(ch Change) error {
	if !ch.Remove {
		if err := e.check(ch); err != nil {
			return err
		}
		ch.Value = trim(ch.Value)
	}
	if ch.Name == defaultSection && (ch.Kind == Other || e.credentials) && e.defaults != nil {
		return e.refuse(ch, e.defaults.line, inheritedByAll, "change it in a text editor")
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

const (
	noNewlines = "newline characters and carriage returns are not allowed." // the AWS CLI's message
	noUTF8     = "it is not UTF-8 text"
)

// check returns an error for a key or a value that a reader would read back differently.
func (e *editor) check(ch Change) error {
	if why := badKey(ch.Key, "=:"); why != "" {
		return e.refuse(ch, 0, "Invalid key "+strconv.Quote(ch.Key)+": "+why, "choose another key")
	}
	// In a nested block only = is a delimiter.
	if why := badKey(ch.Sub, "="); ch.Sub != "" && why != "" {
		return e.refuse(ch, 0, "Invalid key "+strconv.Quote(ch.Sub)+": "+why, "choose another key")
	}
	switch {
	case strings.ContainsAny(ch.Value, "\r\n"):
		return e.refuse(ch, 0, "Invalid value for key "+ch.key()+": "+noNewlines, "put the value on one line")
	case !utf8.ValidString(ch.Value):
		return e.refuse(ch, 0, "Invalid value for key "+ch.key()+": "+noUTF8, "write the value in UTF-8")
	case ch.Sub != "" && (sharesLine(ch.Sub) || sharesLine(trim(ch.Value))):
		return e.refuse(ch, 0, "contains a character that ends a line in a nested block, such as a form feed", "remove the character")
	}
	return nil
}

// badKey returns why a key is invalid, or "" if it is valid.
func badKey(key, delimiters string) string {
	switch {
	case key == "":
		return "it is empty"
	case strings.ContainsAny(key, "\r\n"):
		return noNewlines
	case !utf8.ValidString(key):
		return noUTF8
	case strings.ContainsAny(key, delimiters):
		return "it contains " + strings.Join(strings.Split(delimiters, ""), " or ")
	case strings.IndexByte("[#;", key[0]) >= 0:
		return "it begins with " + key[:1]
	case trim(key) != key:
		return "it begins or ends with white space"
	}
	return ""
}

// key returns the key as users write it: KEY or KEY.SUB.
func (ch Change) key() string {
	if ch.Sub == "" {
		return ch.Key
	}
	return ch.Key + "." + ch.Sub
}

// refuse returns the error for a change that is not possible. line is a line number of
// the original file, or 0.
func (e *editor) refuse(ch Change, line int, text, hint string) error {
	err := &EditError{Path: e.path, Line: line, Text: text, Hint: hint}
	if b := e.index[id{ch.Kind, ch.Name}]; b != nil {
		err.Section = b.raw.text
	} else if text, why := newHeader(ch.Kind, ch.Name, e.credentials); why == "" {
		err.Section = text
	}
	if badKey(ch.Key, "=:") == "" && (ch.Sub == "" || badKey(ch.Sub, "=") == "") {
		err.Key = ch.key()
	}
	return err
}

// addSection adds an empty section for the change at the end of the file. Like the AWS
// CLI, it writes no blank line before the header.
func (e *editor) addSection(ch Change) (*block, error) {
	text, why := newHeader(ch.Kind, ch.Name, e.credentials)
	if why != "" {
		return nil, e.refuse(ch, 0, "Invalid section name "+strconv.Quote(ch.Name)+": "+why, "choose another name")
	}
	l := line{kind: header, text: "[" + text + "]"}
	l.raw = l.text + e.endLastLine()
	b := &block{raw: &rawSection{text: text}, lines: []line{l}}
	e.push(b)
	e.want = append(e.want, b.raw)
	return b, nil
}

// endLastLine adds a missing line ending to the last line of the file. It returns the line
// ending for a new line after it.
func (e *editor) endLastLine() string {
	for _, b := range slices.Backward(e.blocks) {
		if len(b.lines) > 0 {
			return e.endLine(b, len(b.lines)-1)
		}
	}
	return "\n"
}

// endLine adds a missing line ending to line i of a block, and returns the line ending for a
// new line after that line. It uses the ending of a neighbouring line, because a file can
// have different line endings.
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

// ending returns the line ending of a line. The last line of a file may have no line ending.
func ending(raw string) string {
	switch {
	case strings.HasSuffix(raw, "\r\n"):
		return "\r\n"
	case strings.HasSuffix(raw, "\n"):
		return "\n"
	case strings.HasSuffix(raw, "\r"):
		return "\r"
	}
	return ""
}

// bytes returns the edited content.
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

// verify parses the edited content and compares it with the expected settings. It
// protects the file from bugs in the editor.
func (e *editor) verify(edited []byte) error {
	c, err := NewDoc(e.path, e.credentials, string(edited)).collect()
	if err != nil {
		return e.mistake("the file would be unreadable")
	}
	if len(c.problems) > 0 && len(e.problems) > 0 {
		p := e.problems[0]
		return &EditError{Path: e.path, Line: p.Line, Text: p.Text, Hint: p.Hint}
	}
	if len(c.problems) > 0 {
		return e.mistake(c.problems[0].Text)
	}
	if len(c.raws) != len(e.want) {
		return e.mistake("the file would have other sections")
	}
	for i, got := range c.raws {
		want := e.want[i]
		if got.text != want.text {
			return e.mistake("section [" + want.text + "] would become [" + got.text + "]")
		}
		if !sameSettings(got.settings, want.settings) {
			return e.mistake("section [" + want.text + "] would have other settings")
		}
	}
	return nil
}

func sameSettings(a, b []Setting) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		switch {
		case a[i].Key != b[i].Key, (a[i].Nested == nil) != (b[i].Nested == nil):
			return false
		case a[i].Nested == nil && a[i].Value != b[i].Value:
			return false
		case !sameSettings(a[i].Nested, b[i].Nested):
			return false
		}
	}
	return true
}

// mistake returns the error for an edit that verify rejects.
func (e *editor) mistake(text string) error {
	return &EditError{
		Path: e.path,
		Text: "not changed, because the result would be wrong: " + text,
		Hint: "change the file in a text editor, and report this bug",
	}
}

// An EditError reports why a file was not changed. It never contains a value, which may
// be a secret.
type EditError struct {
	Path    string // empty if the error does not concern a file
	Line    int    // from 1; 0 if the error does not concern a line
	Section string // the text between the brackets of the header; may be empty
	Key     string // KEY or KEY.SUB; may be empty
	Text    string // why the file was not changed
	Hint    string // how to fix it; may be empty
}

func (e *EditError) Error() string {
	var s string
	if e.Path != "" {
		s = e.Path + ": "
	}
	if e.Line > 0 {
		s += "line " + strconv.Itoa(e.Line) + ": "
	}
	if e.Section != "" {
		s += "[" + e.Section + "]: "
	}
	if e.Key != "" {
		s += "key " + e.Key + ": "
	}
	return s + e.Text
}
