package configfile

import (
	"context"
	"fmt"
	"os"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
)

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
