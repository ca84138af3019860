package configfile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"lanyard/internal/atomicfile"
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

// replace makes the change. Its order is what an interruption at any point
// relies on: first everything that can fail for want of room or rights, then the
// backup, then the record of how to undo the change, under a name of its own so
// that the record of the change before stays until this one is made.
func (e *Editor) replace(ctx context.Context, p place, what string, before, after state) error {
	pending, err := p.prepare(before, after)
	if err != nil {
		return err
	}
	defer pending.abort()
	if n := links(before.info); n > 1 {
		e.warn(fmt.Sprintf("%s has %d names (hard links); only this one gets the change", p.given, n),
			"A symbolic link is kept. Make one in place of the hard link.")
	}
	if err := e.backUp(p, before); err != nil {
		return err
	}
	p.settle(before)
	if err := p.writeNext(what, e.now(), before, after); err != nil {
		return err
	}
	err = ctx.Err()
	if err == nil {
		err = p.unchanged(before)
	}
	if err == nil {
		err = pending.commit()
	}
	if err != nil {
		_ = os.Remove(p.beside(nextRecord))
		return err
	}
	// Killed here: the record still has its first name, where Last finds it.
	_ = os.Rename(p.beside(nextRecord), p.beside(lastRecord))
	p.prune()
	return nil
}

// unchanged makes sure once more that no other program has written to the file.
func (p place) unchanged(before state) error {
	now, err := p.read()
	if err != nil {
		return err
	}
	if !now.equal(before) {
		return errOvertaken
	}
	return nil
}

// A pending change is all but made.
type pending struct {
	p    place
	file *atomicfile.Pending // nil: the file is to be removed
	data []byte
}

func (p place) prepare(before, after state) (*pending, error) {
	if !after.exists {
		return &pending{p: p}, nil
	}
	file, err := atomicfile.Prepare(p.path, len(after.data), before.perm())
	if err != nil {
		return nil, p.fail(err)
	}
	if before.exists {
		info, err := file.Stat()
		if err == nil {
			err = sameOwner(before.info, info)
		}
		if err != nil {
			file.Abort()
			return nil, p.fail(err)
		}
	}
	return &pending{p, file, after.data}, nil
}

func (c *pending) commit() (err error) {
	if c.file == nil {
		err = os.Remove(c.p.path)
	} else {
		err = c.file.Commit(c.data)
	}
	if err != nil {
		return c.p.fail(err)
	}
	return nil
}

func (c *pending) abort() {
	if c.file != nil {
		c.file.Abort()
	}
}
