package configfile

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"syscall"
	"time"

	"github.com/lanyard-cli/lanyard/internal/filelock"
)

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
