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
