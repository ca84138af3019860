// Package configfile changes the files in ~/.aws that people write by hand and
// other programs read: config and credentials.
//
// An edit is made under a lock, replaces the file in one step, keeps its mode,
// owner and group, follows symbolic links to the file itself, and can be undone.
// Whatever dies in between, the file holds the old content or the new, byte for
// byte. What is not kept: access control lists and other extended attributes,
// and hard links (see [Editor.Edit]).
//
// Beside the file itself, behind all links, lie
//
//	.NAME.lock                 the lock; never removed, or two processes could hold "the same" one
//	.NAME.tmp-…                a file about to be renamed; the next edit removes those of killed processes
//	.lanyard/NAME-YYYY-MM-DD   the content before the first change of that day, for 30 such days
//	.lanyard/NAME.last         how to undo the last change: the content before it, and a hash of the one after
//	.lanyard/NAME.next         the same for a change that was interrupted in its last step
//	.lanyard/.gitignore        keeps all of these out of a dotfiles repository
//
// Backups and records of a credentials file hold secrets, as the file does: they
// are 0600 in a folder that is 0700. The AWS CLI looks at none of these.
//
// Other programs do not take the lock. What they write while an edit is being
// made is noticed up to the moment of the replacement, and kept; the lock keeps
// our own processes apart.
package configfile

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"time"
)

// An Editor changes files that people and other programs use too. The zero
// value works.
type Editor struct {
	Now  func() time.Time        // dates the backups (its day) and records; nil means time.Now
	Wait time.Duration           // how long to wait for another process's edit; 0 means 10 s
	Warn func(text, hint string) // told of what does not stop an edit; nil: nobody is
}

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

// attempts is how often an edit is begun again because another program, which
// does not take the lock, wrote to the file meanwhile.
const attempts = 5

// errOvertaken says that the file changed after it was read.
var errOvertaken = errors.New("another program keeps changing it")

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

func (e *Editor) now() time.Time {
	if e.Now == nil {
		return time.Now()
	}
	return e.Now()
}

func (e *Editor) warn(text, hint string) {
	if e.Warn != nil {
		e.Warn(text, hint)
	}
}
