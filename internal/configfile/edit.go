package configfile

import (
	"bytes"
	"context"
	"errors"
	"slices"
)

// attempts is how often an edit is begun again because another program, which
// does not take the lock, wrote to the file meanwhile.
const attempts = 5

// errOvertaken says that the file changed after it was read.
var errOvertaken = errors.New("another program keeps changing it")

// Edit replaces the content of the file at path with what change makes of it,
// and says whether that is a difference. A file that is not there is an empty
// one; it is created with mode 0600, and its folder with 0700. If change returns
// the bytes that it was given then nothing is written or created at all.
//
// change is called once; again only if the file changed between the first look
// at it and the taking of the lock. So its result must depend on old alone. Its
// error is returned as it is, and the file left alone. what describes the change
// to someone who wants to undo it: "configure set region".
//
// Any other error is a [*FileError] or the context's, and the file is as it was.
// A hard link cannot survive the replacement: the other names keep the old
// content, which Warn is told.
func (e *Editor) Edit(ctx context.Context, path, what string, change func(old []byte) ([]byte, error)) (changed bool, err error) {
	return e.apply(ctx, path, what, func(old state) (state, error) {
		data, err := change(slices.Clone(old.data))
		if err != nil || bytes.Equal(data, old.data) {
			return old, err
		}
		return state{exists: true, data: data}, nil
	})
}

// apply is Edit for changes that may also remove the file.
func (e *Editor) apply(ctx context.Context, path, what string, decide func(state) (state, error)) (changed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	p, err := locate(path)
	if err != nil {
		return false, err
	}
	// The first look needs no lock: a file that is to stay as it is may lie in a
	// folder where none can be made.
	before, err := p.read()
	if err != nil {
		return false, err
	}
	after, err := decide(before)
	if err != nil || after.equal(before) {
		return false, err
	}
	if err := p.mayReplace(before); err != nil {
		return false, err
	}
	if err := makeFolder(p.folder()); err != nil {
		return false, p.fail(err)
	}
	lock, err := e.lock(ctx, p)
	if err != nil {
		return false, err
	}
	defer lock.Release()
	e.sweep(p, lock != nil)

	for range attempts {
		now, err := p.read()
		if err != nil {
			return false, err
		}
		if !now.equal(before) {
			if after, err = decide(now); err != nil || after.equal(now) {
				return false, err
			}
		}
		before = now
		if err := p.mayReplace(before); err != nil {
			return false, err
		}
		err = e.replace(ctx, p, what, before, after)
		if !errors.Is(err, errOvertaken) {
			return err == nil, err
		}
	}
	return false, &FileError{
		Op: "change", Path: p.given, Err: errOvertaken,
		Hint: "Try again when that program is done.",
	}
}
