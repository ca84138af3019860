// What an editor refuses before a change, and what it checks after all changes.

package awsconfig

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

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

// verify reads the edited file and makes sure that it says what it should, no
// more and no less. It is what a mistake in the editor would be stopped by.
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
