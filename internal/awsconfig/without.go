package awsconfig

import "bytes"

// Without returns the content of a config or credentials file without these settings of a
// profile. If a profile has several sections, it removes the settings from each section, because
// programs use different sections. It keeps [DEFAULT], all comments, and all other settings. The
// path is for messages. An error is a *[ParseError].
func Without(path string, content []byte, credentials bool, profile string, keys ...string) ([]byte, error) {
	e, err := newEditor(path, content, credentials)
	if err != nil {
		return nil, err
	}
	for _, b := range e.blocks {
		if b.raw == nil || b.raw.text == defaultSection {
			continue
		}
		if kind, name, ok := sectionName(b.raw.text, credentials); ok && kind == Profile && name == profile {
			for _, key := range keys {
				b.remove(key)
			}
		}
	}
	edited := e.bytes()
	if bytes.Equal(edited, content) {
		return content, nil
	}
	return edited, nil
}
