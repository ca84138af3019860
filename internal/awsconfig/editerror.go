package awsconfig

import "strconv"

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
