package configfile

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// Last returns the newest change to any of these files; nil if there was none. If
// the file has changed since, the error is a [*ChangedError]: an older change of
// another file is not what "the last" means.
func (e *Editor) Last(paths ...string) (*Record, error) {
	var newest *Record
	var newestErr error
	for _, path := range paths {
		r, err := last(path)
		var changed *ChangedError
		if err != nil && !errors.As(err, &changed) {
			return nil, err
		}
		if r != nil && (newest == nil || r.When.After(newest.When)) {
			newest, newestErr = r, err
		}
	}
	if newestErr != nil {
		return nil, newestErr
	}
	return newest, nil
}

// last returns the last change of one file, with a *ChangedError if the file reads
// otherwise now.
func last(path string) (*Record, error) {
	p, err := locate(path)
	if err != nil {
		return nil, err
	}
	now, err := p.read()
	if err != nil {
		return nil, err
	}
	var latest *stored
	for _, ending := range []string{nextRecord, lastRecord} {
		r, err := p.load(ending)
		if err != nil {
			return nil, err
		}
		if r != nil && r.fits(now) {
			return &Record{
				Path: path, What: r.What, When: r.When, Before: r.Before, After: bytes.Clone(now.data),
				Created: r.Created, Removed: !now.exists,
			}, nil
		}
		latest = r
	}
	if latest == nil {
		return nil, nil
	}
	return &Record{Path: path, What: latest.What, When: latest.When}, p.changed(latest.What)
}

// changed is the error for a change that the file no longer shows.
func (p place) changed(what string) error {
	e := &ChangedError{Path: p.given, What: what, Record: p.beside(lastRecord)}
	hint := []string{fmt.Sprintf("What the file held before that change is in %s, as base64.", e.Record)}
	if names := p.backups(); len(names) > 0 {
		e.Backup = names[len(names)-1]
		hint = append(hint, fmt.Sprintf("The newest backup is %s.", e.Backup))
	}
	e.Hint = strings.Join(hint, "\n")
	return e
}
