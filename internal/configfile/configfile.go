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
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
)

// An Editor changes files that people and other programs use too. The zero
// value works.
type Editor struct {
	Now  func() time.Time        // dates the backups (its day) and records; nil means time.Now
	Wait time.Duration           // how long to wait for another process's edit; 0 means 10 s
	Warn func(text, hint string) // gets what does not stop an edit; nil discards it
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

const (
	defaultWait = 10 * time.Second
	pollMin     = 2 * time.Millisecond // an edit takes a few milliseconds
	pollMax     = 50 * time.Millisecond
)

// lock takes the file's lock, which may take until Wait is over. Where locks do
// not work it returns nil after a warning: a person with an odd file system still
// wants the file changed.
func (e *Editor) lock(ctx context.Context, p place) (*filelock.Lock, error) {
	wait := e.Wait
	if wait == 0 {
		wait = defaultWait
	}
	over := time.NewTimer(wait)
	defer over.Stop()
	for pause := pollMin; ; pause = min(pause*3/2, pollMax) {
		lock, err := filelock.Try(p.lockFile())
		if err == nil {
			return lock, nil
		}
		if !errors.Is(err, filelock.ErrBusy) {
			return nil, e.withoutLock(p, err)
		}
		next := time.NewTimer(pause/2 + rand.N(pause))
		select {
		case <-next.C:
		case <-ctx.Done():
			next.Stop()
			return nil, ctx.Err()
		case <-over.C:
			next.Stop()
			return nil, &FileError{
				Op: "change", Path: p.given,
				Err:  fmt.Errorf("another process is at it, and has not finished within %v", wait),
				Hint: "Try again. To see who holds the lock: lsof " + p.lockFile(),
			}
		}
	}
}

// withoutLock decides whether an edit goes on without the lock: not where the
// reason would stop the edit too, and not where others can lock and we cannot.
func (e *Editor) withoutLock(p place, err error) error {
	_, missing := os.Lstat(p.lockFile())
	switch {
	case errors.Is(err, fs.ErrPermission) && missing == nil:
		return &FileError{
			Op: "change", Path: p.given,
			Err:  fmt.Errorf("its lock %s may not be opened: %w", p.lockFile(), reason(err)),
			Hint: "Make the lock yours: sudo chown \"$USER\" " + p.lockFile(),
		}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.EROFS),
		errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return p.fail(err)
	}
	e.warn(fmt.Sprintf("%s is changed without a lock: %v", p.given, reason(err)),
		"Locks do not work in "+p.folder()+". Do not change the file twice at the same time.")
	return nil
}

// sweep removes the temporary files that killed processes left. They may hold
// secrets. With the lock, no other process needs such a file; without it, sweep
// leaves files of the last hour.
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
