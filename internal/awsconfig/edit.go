// How a file is edited: the changes in their order, what is refused before each of them,
// and what is checked after all.

package awsconfig

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Change is one setting to be given a value, or to be removed.
type Change struct {
	Kind Kind   // of the section; Other with the text between its brackets as the Name
	Name string // as the reader reads it, without quotes

	// Key is matched as the reader matches, without regard to case. A new one is
	// written as it stands here.
	Key string
	// Sub, if not empty, is a key of the nested block Key. Its case counts.
	Sub string

	// Value is trimmed of white space, like every value that is read.
	Value string
	// Remove says that the setting goes; the Value is not used. To remove what is
	// not there changes nothing.
	Remove bool
}

// Edit returns the content of a config or credentials file after the changes, in
// their order. What they do not concern keeps its bytes; if there is nothing to
// change, the result is content. The path is for messages.
//
// A section is found as the reader finds it, however its header is written; of
// several spellings of one name the last counts. In it a value is replaced in its
// place and a new key goes behind the last setting. A new section goes to the end
// of the file. [DEFAULT] is not edited: what a section inherits is set in the
// section itself, and only what it has of its own is removed.
//
// The result is read again before it is returned: each setting has the value that
// it should have, and the AWS CLI can read the file. A file that it could not read
// is only edited if it can afterwards, because a key that stood twice was set or
// removed.
//
// Every error is an *[EditError] or a *[ParseError]; then nothing was changed.
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

// A block is the lines from one header to the next.
type block struct {
	at    int  // index among the blocks
	raw   *raw // what it should say; nil before the first header
	lines []line
}

// newEditor reads a file. Its error is a *[ParseError].
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

const (
	noNewlines = "newline characters and carriage returns are not allowed." // the AWS CLI's words
	noUTF8     = "it is not UTF-8 text"
)

// check refuses a key and a value that could not be read back as they are.
func (e *editor) check(ch Change) error {
	if why := badKey(ch.Key, "=:"); why != "" {
		return e.refuse(ch, 0, "Invalid key "+strconv.Quote(ch.Key)+": "+why, "choose another key")
	}
	// In a nested block only = delimits.
	if why := badKey(ch.Sub, "="); ch.Sub != "" && why != "" {
		return e.refuse(ch, 0, "Invalid key "+strconv.Quote(ch.Sub)+": "+why, "choose another key")
	}
	switch {
	case strings.ContainsAny(ch.Value, "\r\n"):
		return e.refuse(ch, 0, "Invalid value for key "+ch.key()+": "+noNewlines, "put the value on one line")
	case !utf8.ValidString(ch.Value):
		return e.refuse(ch, 0, "Invalid value for key "+ch.key()+": "+noUTF8, "write the value in UTF-8")
	case ch.Sub != "" && (sharesLine(ch.Sub) || sharesLine(trim(ch.Value))):
		return e.refuse(ch, 0, "a form feed, a line separator or the like ends a line within a nested block", "leave that character out")
	}
	return nil
}

// badKey returns why a key cannot be written, or nothing.
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
		return "there is white space around it"
	}
	return ""
}

// key returns the setting that the change is about, as people write it.
func (ch Change) key() string {
	if ch.Sub == "" {
		return ch.Key
	}
	return ch.Key + "." + ch.Sub
}

// refuse returns an error about a change. The line is one of the file as it was.
func (e *editor) refuse(ch Change, line int, text, mend string) error {
	err := &EditError{Path: e.path, Line: line, Text: text, Mend: mend}
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

// ending returns the line ending of a line; only the last one of a file lacks it.
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

// verify reads the edited file and makes sure that it says what it should, no
// more and no less: a mistake in the editor is stopped here.
func (e *editor) verify(edited []byte) error {
	c, err := NewDoc(e.path, e.credentials, string(edited)).collect()
	if err != nil {
		return e.mistake("it could not be read")
	}
	if len(c.problems) > 0 && len(e.problems) > 0 {
		p := e.problems[0]
		return &EditError{Path: e.path, Line: p.Line, Text: p.Text, Mend: p.Mend}
	}
	if len(c.problems) > 0 {
		return e.mistake(c.problems[0].Text)
	}
	if len(c.raws) != len(e.want) {
		return e.mistake("it would have other sections")
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

// mistake is the error for an edit that would have gone wrong.
func (e *editor) mistake(text string) error {
	return &EditError{
		Path: e.path,
		Text: "the file was left as it is, because after this change " + text,
		Mend: "change it in an editor of texts, and report this",
	}
}

// An EditError says why a file was not changed. Neither it nor its message
// repeats a value, which may be a secret.
type EditError struct {
	Path    string // empty if it is about no file
	Line    int    // from 1; 0 if no line is to blame
	Section string // what stands between the brackets of the header; may be empty
	Key     string // KEY or KEY.SUB; may be empty
	Text    string // what is wrong
	Mend    string // what to do about it; may be empty
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
