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

// On a file system without locks, processes use leases: numbered files in a folder next to
// the lock file. The process that created the file with the highest number holds the lock. It
// writes to its file every [leaseBeat]. The lock is free if the process has released it, or
// has not written for [leaseLife]. To take a free lock, a process creates the file with the
// next number.
//
// This has no race. With O_EXCL, only one process can create a number, and no process removes
// the two highest files. If a process creates an old number late, it finds a higher number and
// gives up.
//
// The file system may be on another machine, so the age of a file is its age by the file
// system's clock.
const (
	leaseLife = 10 * time.Second
	leaseBeat = time.Second
	leaseFree = "free"
)

// A lease is this process's numbered file.
type lease struct {
	path string
	stop chan struct{}
	done chan struct{}
}

// unsupported reports whether err means that the file system has no locks.
func unsupported(err error) bool {
	return errors.Is(err, errors.ErrUnsupported) || errors.Is(err, syscall.ENOLCK) || errors.Is(err, syscall.EINVAL)
}

// tryLease takes the lease of a lock file. It returns [ErrBusy] if another process has the
// lease.
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
	if err != nil || now > last+1 { // this number was in use long ago
		_ = os.Remove(path)
		return nil, errors.Join(err, ErrBusy)
	}
	// Keep the file before the new file, so that a concurrent listing sees at least one file.
	for n := last - 1; n > 0 && os.Remove(leaseFile(folder, n)) == nil; n-- {
		continue
	}
	l := &lease{path, make(chan struct{}), make(chan struct{})}
	go l.beat()
	return l, nil
}

func leaseFile(folder string, n int) string { return filepath.Join(folder, strconv.Itoa(n)) }

// highest returns the highest number in the folder, or 0 if it has no lease files.
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

// isFree reports whether lease n was released, or its process has died.
func isFree(folder string, n int) (bool, error) {
	f, err := os.OpenFile(leaseFile(folder, n), openLease, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil // a higher number exists now
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
		return false, fmt.Errorf("%s: not a regular file", f.Name())
	}
	b := make([]byte, len(leaseFree))
	if n, _ := f.Read(b); string(b[:n]) == leaseFree {
		return true, nil
	}
	if time.Since(info.ModTime()).Abs() < leaseLife/2 {
		return false, nil // the lease looks young, so the file system's time is not needed
	}
	now, err := clockOf(folder)
	return err == nil && now.Sub(info.ModTime()) >= leaseLife, err
}

// clockOf returns the current time of the file system's clock. It creates a file in the
// folder, and reads the file's time.
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

// beat writes to the lease file every [leaseBeat], until the lease is released. The writes
// show other processes that this process still runs.
func (l *lease) beat() {
	defer close(l.done)
	ticker := time.NewTicker(leaseBeat)
	defer ticker.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-ticker.C:
			_ = l.write("held") // on failure the lease expires early
		}
	}
}

// release frees the lease. The next process can take the lock at once.
func (l *lease) release() {
	close(l.stop)
	<-l.done
	_ = l.write(leaseFree) // on failure the lease expires by its age
}

func (l *lease) write(state string) error {
	f, err := os.OpenFile(l.path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.WriteString(state)
	return errors.Join(err, f.Close())
}
