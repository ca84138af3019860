// Package filelock takes advisory locks between processes. The system releases a lock when
// its process ends, even by a kill. On a file system without locks, the package uses lease
// files instead.
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

// A Lock is a lock that this process holds. It is a lock of the operating system. On a file
// system without locks, it is a lease.
type Lock struct {
	f     *flock.Flock
	lease *lease
}

// Try locks the file at path. It creates a missing file with mode 0600. The folder must
// exist. Try never waits. If another process holds the lock, it returns [ErrBusy]. Any other
// error means that neither locks nor leases work in this folder, for example because the
// folder is read-only.
//
// Another user may have made a link or a pipe at path. So Try does not follow a symbolic
// link, and does not wait for a pipe.
//
// Do not remove lock files. Otherwise two processes could hold the same lock at the same
// time.
func Try(path string) (*Lock, error) {
	f := flock.New(path, flock.SetPermissions(fs.FileMode(0o600)), flock.SetFlag(openFlags))
	_, missing := os.Lstat(path)
	ok, err := f.TryLock()
	if missing != nil {
		_ = owner.Inherit(path) // an error affects only other users
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
