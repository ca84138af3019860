package awsconfig

import (
	"bytes"
	"slices"
)

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

// WithoutEntry returns the content of a credentials file without these settings of a profile, like
// [Without]. If a section of the profile then has no settings, WithoutEntry also removes its
// header. It keeps blank lines and comments.
func WithoutEntry(path string, content []byte, profile string, keys ...string) ([]byte, error) {
	e, err := newEditor(path, content, true)
	if err != nil {
		return nil, err
	}
	changed := false
	for _, b := range e.blocks {
		if b.raw == nil || b.raw.text != profile || profile == defaultSection {
			continue
		}
		before := len(b.lines)
		for _, key := range keys {
			b.remove(key)
		}
		if len(b.lines) == before { // a section without these settings
			continue
		}
		changed = true
		if !slices.ContainsFunc(b.lines, func(l line) bool { return l.kind == option }) {
			b.lines = b.lines[1:]
		}
	}
	if !changed {
		return content, nil
	}
	return e.bytes(), nil
}
