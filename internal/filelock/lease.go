package filelock

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/lanyard-cli/lanyard/internal/owner"
)

// Where the file system has no locks, processes take turns by leases: numbered files
// in a folder beside the lock file. The highest number decides. Its holder writes to
// it again and again; a lease that was released, or that was not written to for
// [leaseLife], is free. The process that creates the next number holds the lock.
//
// That is free of races because a number is created only once (O_EXCL) and the two highest
// files are never removed: a process that was late to create a number finds a higher one
// and gives way.
//
// Ages are counted by the clock of the file system, which may be another machine's.
const (
	leaseLife = 10 * time.Second
	leaseBeat = time.Second
	leaseFree = "free"
)

// A lease is a lock that is held by a numbered file.
type lease struct {
	path string
	stop chan struct{}
	done chan struct{}
}

// unsupported reports whether an error says that the file system has no locks.
func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.EINVAL)
}

// tryLease takes the lease of a lock file, or returns [ErrBusy].
func tryLease(lockFile string) (*lease, error) {
	folder := lockFile + ".lease"
	if err := os.Mkdir(folder, 0o700); err == nil {
		_ = owner.Inherit(folder)
	} else if !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	last, err := highest(folder)
	if err != nil {
		return nil, err
	}
	if last > 0 {
		free, err := isFree(folder, last)
		if err != nil {
			return nil, err
		}
		if !free {
			return nil, ErrBusy
		}
	}
	path := leaseFile(folder, last+1)
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil, ErrBusy // another process was faster
	}
	if err != nil {
		return nil, err
	}
	_ = f.Close()
	_ = owner.Inherit(path)
	now, err := highest(folder)
	if err != nil || now > last+1 { // this number was used and removed long ago
		_ = os.Remove(path)
		return nil, errors.Join(err, ErrBusy)
	}
	// The one before stays, so that no listing of the folder misses both.
	for n := last - 1; n > 0 && os.Remove(leaseFile(folder, n)) == nil; n-- {
		continue
	}
	l := &lease{path, make(chan struct{}), make(chan struct{})}
	go l.beat()
	return l, nil
}

func leaseFile(folder string, n int) string { return filepath.Join(folder, strconv.Itoa(n)) }

// highest returns the highest number in the folder; 0 for none.
func highest(folder string) (int, error) {
	entries, err := os.ReadDir(folder)
	last := 0
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			last = max(last, n)
		}
	}
	return last, err
}

// isFree reports whether the holder of a lease has released it or died.
func isFree(folder string, n int) (bool, error) {
	f, err := os.OpenFile(leaseFile(folder, n), openLease, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // there is a higher one by now
	}
	if err != nil {
		return false, err
	}
	defer func() { _ = f.Close() }()
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	if !info.Mode().IsRegular() {
		return false, fmt.Errorf("%s is not a regular file", f.Name())
	}
	b := make([]byte, len(leaseFree))
	if n, _ := f.Read(b); string(b[:n]) == leaseFree {
		return true, nil
	}
	if time.Since(info.ModTime()).Abs() < leaseLife/2 {
		return false, nil // no need to ask the file system's clock
	}
	now, err := clockOf(folder)
	return err == nil && now.Sub(info.ModTime()) >= leaseLife, err
}

// clockOf returns the time by the clock of the file system.
func clockOf(folder string) (time.Time, error) {
	f, err := os.CreateTemp(folder, ".clock-")
	if err != nil {
		return time.Time{}, err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	info, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return time.Time{}, err
	}
	return info.ModTime(), nil
}

// beat shows that the holder lives, until the lease is released.
func (l *lease) beat() {
	defer close(l.done)
	ticker := time.NewTicker(leaseBeat)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
			_ = l.write("held") // if this fails the lease ends early
		}
	}
}

// release lets the next process take the lock at once.
func (l *lease) release() {
	close(l.stop)
	<-l.done
	_ = l.write(leaseFree) // if this fails the lease ends by its age
}

func (l *lease) write(state string) error {
	f, err := os.OpenFile(l.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(state)
	return errors.Join(err, f.Close())
}
