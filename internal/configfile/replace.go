// The last step of an edit: what is prepared before it, in which order, and what a killed
// process leaves behind.

package configfile

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

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

// sweep removes the temporary files that killed processes left. They may hold
// secrets. With the lock there is nobody whose file is still wanted; without it
// an hour is more than anybody needs.
func (e *Editor) sweep(p place, locked bool) {
	for _, folder := range []string{p.folder(), filepath.Join(p.folder(), ours)} {
		entries, _ := os.ReadDir(folder) // no folder: nothing in it
		for _, entry := range entries {
			if !p.temporary(entry.Name()) {
				continue
			}
			info, err := entry.Info()
			if err == nil && info.Mode().IsRegular() && (locked || e.now().Sub(info.ModTime()) > time.Hour) {
				_ = os.Remove(filepath.Join(folder, entry.Name()))
			}
		}
	}
}

// temporary says whether a file was about to replace this place's file, one of
// its records or one of its backups; not those of another file whose name begins
// with the same letters.
func (p place) temporary(name string) bool {
	name, ok := strings.CutPrefix(name, "."+p.name())
	ending, _, found := strings.Cut(name, atomicfile.TempInfix)
	if !ok || !found {
		return false
	}
	if ending == "" || ending == lastRecord || ending == nextRecord {
		return true
	}
	_, err := time.Parse("-"+time.DateOnly, ending)
	return err == nil
}
