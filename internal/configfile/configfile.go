// Package configfile edits the config and credentials files in ~/.aws, which users write by
// hand and other programs read.
//
// An edit takes a lock and replaces the file atomically. If the process dies, the file has
// the old content or the new content. An edit keeps the mode, owner and group, follows
// symbolic links, and can be undone. It does not keep access control lists, other extended
// attributes or hard links (see [Editor.Edit]).
//
// The package writes these files into the folder of the file (after following links):
//
//	.NAME.lock                 the lock; never removed, or two processes could hold the same lock
//	.NAME.tmp-…                a new file before its rename; the next edit removes the files of killed processes
//	.lanyard/NAME-YYYY-MM-DD   the content before the first change of that day; the newest 30 are kept
//	.lanyard/NAME.last         undoes the last change: the content before it, and a hash of the content after
//	.lanyard/NAME.next         the same for a change whose last step was interrupted
//	.lanyard/.gitignore        keeps these files out of a dotfiles repository
//
// Backups and records leave out what [Editor].Omit removes.
//
// Backups and records of a credentials file contain secrets. They have mode 0600, in a folder
// with mode 0700. The AWS CLI reads none of these files.
//
// Other programs do not take the lock. If another program changes the file during an edit,
// before the rename, the edit notices and keeps that change.
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

// An Editor edits files. The zero value works.
type Editor struct {
	Now  func() time.Time        // for the dates of backups and records; nil means time.Now
	Wait time.Duration           // how long to wait for another process's edit; 0 means 10 s
	Warn func(text, hint string) // called with warnings; nil discards them

	// Omit returns the content without the parts that backups and records must not keep, such as
	// secrets that are soon removed from the file. A change of these parts alone cannot be undone.
	// nil means that backups keep everything.
	Omit func(path string, content []byte) []byte
	// Restore returns the content before a change, with the omitted parts of the content now. An
	// undo uses it. It may be nil if Omit is nil.
	Restore func(path string, before, now []byte) []byte
}

// Edit replaces the content of the file at path with the result of change. It reports whether the
// new content differs from the old. A missing file counts as empty: Edit creates the file with mode
// 0600, and its folder with mode 0700. If change returns the old bytes, Edit writes nothing.
//
// If another program changes the file during the edit, Edit calls change again. So the result of
// change must depend only on old. description describes the change for an undo, for example
// "configure set region".
//
// If change returns an error, Edit returns the same error. All other errors are [*FileError] or the
// error of ctx. After an error, the file has its old content. A replacement breaks hard links. The
// other names keep the old content, and Edit warns about them.
func (e *Editor) Edit(ctx context.Context, path, description string, change func(old []byte) ([]byte, error)) (changed bool, err error) {
	return e.apply(ctx, path, description, func(old state) (state, error) {
		data, err := change(slices.Clone(old.data))
		if err != nil || bytes.Equal(data, old.data) {
			return old, err
		}
		return state{exists: true, data: data}, nil
	})
}

// attempts is how often Edit tries again if another program changes the file during the edit.
const attempts = 5

// errChanged means that another program has changed the file since it was read.
var errChanged = errors.New("another program keeps changing the file")

// apply does the same as Edit, for changes that may also remove the file.
func (e *Editor) apply(ctx context.Context, path, description string, decide func(state) (state, error)) (changed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	p, err := locate(path)
	if err != nil {
		return false, err
	}
	// Read the file first without the lock. So an edit that changes nothing also works in a
	// read-only folder.
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
		err = e.replace(ctx, p, description, before, after)
		if !errors.Is(err, errChanged) {
			return err == nil, err
		}
	}
	return false, &FileError{
		Op: "change", Path: p.given, Err: errChanged,
		Hint: "run the command again when the other program has finished",
	}
}

const (
	defaultWait = 10 * time.Second
	pollMin     = 2 * time.Millisecond // an edit takes a few milliseconds
	pollMax     = 50 * time.Millisecond
)

// lock takes the file's lock. It waits at most e.Wait. If the file system has no locks, lock
// warns and returns nil, and the edit continues without a lock.
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
				Err:  fmt.Errorf("another process has held the lock of the file for %v", wait),
				Hint: "run the command again, or find the process that holds the lock: lsof " + p.lockFile(),
			}
		}
	}
}

// withoutLock returns nil if the edit may continue without the lock. It returns an error if
// this user cannot open the existing lock file, because another user may hold the lock. It
// also returns an error if the cause would stop the edit too. A full disk is an example.
func (e *Editor) withoutLock(p place, err error) error {
	_, missing := os.Lstat(p.lockFile())
	switch {
	case errors.Is(err, fs.ErrPermission) && missing == nil:
		return &FileError{
			Op: "change", Path: p.given,
			Err:  fmt.Errorf("cannot open its lock %s: %w", p.lockFile(), reason(err)),
			Hint: "make yourself the owner of the lock: sudo chown \"$USER\" " + p.lockFile(),
		}
	case errors.Is(err, fs.ErrPermission), errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.EROFS),
		errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return p.fail(err)
	}
	e.warn(fmt.Sprintf("%s: changed without a lock: %v", p.given, reason(err)),
		"locks do not work in "+p.folder()+": do not change the file with two commands at the same time")
	return nil
}

// sweep removes the temporary files of killed processes, because they may contain secrets.
// Without the lock, sweep keeps the files of the last hour, because another process may still
// use them.
func (e *Editor) sweep(p place, locked bool) {
	for _, folder := range []string{p.folder(), filepath.Join(p.folder(), ourFolder)} {
		entries, _ := os.ReadDir(folder) // after an error, no file is removed
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

// temporary reports whether name is a temporary file of this file, its records or its
// backups. It returns false for the files of another file whose name begins with the same
// text.
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

// replace makes the change. The order of its steps allows an interruption at any point. First
// come the steps that fail if the disk is full or permissions are missing. Then come the
// backup and the record for the undo. The record gets the name .next, which keeps the record
// of the earlier change until this change is made.
func (e *Editor) replace(ctx context.Context, p place, description string, before, after state) error {
	pending, err := p.prepare(before, after)
	if err != nil {
		return err
	}
	defer pending.abort()
	if n := links(before.info); n > 1 {
		e.warn(fmt.Sprintf("%s has %d names (hard links); lanyard changes the file only under this name", p.given, n),
			"use symbolic links instead of hard links")
	}
	recorded, err := e.record(p, description, before, after)
	if err != nil {
		return err
	}
	err = ctx.Err()
	if err == nil {
		err = p.unchanged(before)
	}
	if err == nil {
		err = pending.commit()
	}
	switch {
	case err != nil && recorded:
		_ = os.Remove(p.record(nextRecord))
	case err == nil && recorded:
		// If the process is killed here, Last finds the record under its first name.
		_ = os.Rename(p.record(nextRecord), p.record(lastRecord))
		p.prune()
	}
	return err
}

// record writes the backup of the day, and the record .next. If Omit leaves out the whole change,
// record writes no backup. The last change then stays the change to undo, if the file still has
// the content after that change. recorded is false if there is no record .next.
func (e *Editor) record(p place, description string, before, after state) (recorded bool, err error) {
	kept := state{exists: before.exists, data: e.omit(p, before.data)}
	if !bytes.Equal(kept.data, e.omit(p, after.data)) {
		if err := e.backUp(p, kept); err != nil {
			return false, err
		}
		p.finishInterrupted(before)
		return true, p.writeNext(newRecord(p, description, e.now(), kept, after))
	}
	p.finishInterrupted(before)
	r, err := p.load(lastRecord)
	if err != nil || r == nil || !r.fits(before) {
		return false, nil //nolint:nilerr // undo reports a record that cannot be read
	}
	if err := p.makeOurFolder(); err != nil {
		return false, err
	}
	r.After = fingerprint(after)
	return true, p.writeNext(*r)
}

// omit returns the content that a backup may keep.
func (e *Editor) omit(p place, content []byte) []byte {
	if e.Omit == nil {
		return content
	}
	return e.Omit(p.path, content)
}

// unchanged returns errChanged if another program has changed the file.
func (p place) unchanged(before state) error {
	now, err := p.read()
	if err != nil {
		return err
	}
	if !now.equal(before) {
		return errChanged
	}
	return nil
}

// A pending is a prepared change, which can be committed.
type pending struct {
	p    place
	file *atomicfile.Pending // nil if the change removes the file
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
