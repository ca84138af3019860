package awsconfig

import "bytes"

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
