package filelock

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func TestLeaseOfOneHolderAtATime(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".x.lock")
	var holders, turns atomic.Int32
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			for {
				l, err := tryLease(path)
				if errors.Is(err, ErrBusy) {
					time.Sleep(time.Millisecond)
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				if n := holders.Add(1); n != 1 {
					t.Errorf("%d hold the lease", n)
				}
				time.Sleep(time.Millisecond)
				turns.Add(1)
				holders.Add(-1)
				l.release()
				return
			}
		})
	}
	wg.Wait()
	if turns.Load() != 20 {
		t.Errorf("%d had their turn, want 20", turns.Load())
	}
	if files, err := os.ReadDir(path + ".lease"); err != nil || len(files) > 2 {
		t.Errorf("%d files are left: %v", len(files), err)
	}
}

// The lease of a holder that was killed ends; one that is written to goes on.
func TestLeaseOfADeadHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".x.lock")
	l, err := tryLease(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(l.path, time.Time{}, time.Now().Add(-leaseLife)); err != nil {
		t.Fatal(err)
	}
	if err := l.write("held"); err != nil { // a beat
		t.Fatal(err)
	}
	if _, err := tryLease(path); !errors.Is(err, ErrBusy) {
		t.Errorf("the lease of a living holder: %v, want ErrBusy", err)
	}
	close(l.stop) // killed: no more beats
	<-l.done
	if err := os.Chtimes(l.path, time.Time{}, time.Now().Add(-leaseLife)); err != nil {
		t.Fatal(err)
	}
	var taken atomic.Int32
	var wg sync.WaitGroup
	for range 20 { // of many who find it one takes it over
		wg.Go(func() {
			switch _, err := tryLease(path); {
			case err == nil:
				taken.Add(1)
			case !errors.Is(err, ErrBusy):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if taken.Load() != 1 {
		t.Errorf("%d processes took the lease over, want 1", taken.Load())
	}
}

// A process that looked long ago and creates a number only now gives way.
func TestLeaseOfALateProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".x.lock")
	for range 5 {
		l, err := tryLease(path)
		if err != nil {
			t.Fatal(err)
		}
		l.release()
	}
	late := leaseFile(path+".lease", 2)
	if _, err := os.Lstat(late); err == nil {
		t.Fatal("old numbers are not removed")
	}
	l, err := tryLease(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.release()
	if err := os.WriteFile(late, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := tryLease(path); !errors.Is(err, ErrBusy) {
		t.Errorf("error %v, want ErrBusy", err)
	}
}
