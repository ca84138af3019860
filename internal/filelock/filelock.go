// Package filelock takes advisory locks between processes. The system releases a lock
// when its process ends, even by a kill. On a file system without locks the package
// uses lease files instead.
package filelock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/gofrs/flock"

	"github.com/lanyard-cli/lanyard/internal/owner"
)

// ErrBusy means that another process holds the lock.
var ErrBusy = errors.New("held by another process")

// A Lock is a lock that this process holds. It is a lock of the operating system, or a
// lease on a file system without locks.
type Lock struct {
	f     *flock.Flock
	lease *lease
}

// Try locks the file at path. It creates a missing file with mode 0600; the folder must
// exist. It never waits: if another process holds the lock, it returns [ErrBusy]. Any
// other error means that neither locks nor leases work here, for example because the
// folder is read-only.
//
// Another user may have planted something at path: Try does not follow a symbolic link
// and does not wait for a pipe.
//
// Lock files are never removed. If they were, two processes could hold the same lock at
// the same time.
func Try(path string) (*Lock, error) {
	f := flock.New(path, flock.SetPermissions(fs.FileMode(0o600)), flock.SetFlag(openFlags))
	_, missing := os.Lstat(path)
	ok, err := f.TryLock()
	if missing != nil {
		_ = owner.Inherit(path) // if this fails, only other users are affected
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

// Release releases the lock. It does nothing for a nil Lock.
func (l *Lock) Release() {
	switch {
	case l == nil:
	case l.lease != nil:
		l.lease.release()
	default:
		_ = l.f.Unlock()
	}
}
