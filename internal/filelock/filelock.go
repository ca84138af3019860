// Package filelock takes advisory locks between processes. A lock is an open
// file description: the system frees it when its holder dies, however it dies. On a
// file system without locks, processes take turns by lease files instead.
package filelock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"

	"github.com/lanyard-cli/lanyard/internal/owner"
)

// ErrBusy says that another process holds the lock.
var ErrBusy = errors.New("held by another process")

// A Lock is one that is held: by the system, or by a lease where it has no locks.
type Lock struct {
	f     *flock.Flock
	lease *lease
}

// Try takes the lock file at path, which it creates with mode 0600 if it must
// (the folder has to exist). It never waits: a lock that is held gives
// [ErrBusy]. Any other error says that neither locks nor leases work here: a
// read-only folder, for one.
//
// What somebody else has put in its place does no harm: a symbolic link is not
// followed, and a pipe is not waited for.
//
// A lock file is never removed: two processes could then hold "the same" lock.
func Try(path string) (*Lock, error) {
	f := flock.New(path, flock.SetPermissions(fs.FileMode(0o600)), flock.SetFlag(openFlags))
	_, missing := os.Lstat(path)
	ok, err := f.TryLock()
	if missing != nil {
		_ = owner.Inherit(path) // this process can use it in any case
	}
	if err != nil && unsupported(err) {
		l, err := tryLease(path)
		if err != nil {
			return nil, fmt.Errorf("lock %s: %w", path, err)
		}
		return &Lock{lease: l}, nil
	}
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	if !ok {
		return nil, fmt.Errorf("lock %s: %w", path, ErrBusy)
	}
	return &Lock{f: f}, nil
}

// Release frees the lock. A nil Lock, where locks did not work, has nothing to
// free.
func (l *Lock) Release() {
	switch {
	case l == nil:
	case l.lease != nil:
		l.lease.release()
	default:
		_ = l.f.Unlock()
	}
}
