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

func TestLeaseExcludesOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), ".x.lock")
	var holding, turns atomic.Int32
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
				if n := holding.Add(1); n != 1 {
					t.Errorf("%d goroutines hold the lease, want 1", n)
				}
				time.Sleep(time.Millisecond)
				turns.Add(1)
				holding.Add(-1)
				l.release()
				return
			}
		})
	}
	wg.Wait()
	if turns.Load() != 20 {
		t.Errorf("%d goroutines had the lease, want 20", turns.Load())
	}
	if files, err := os.ReadDir(path + ".lease"); err != nil || len(files) > 2 {
		t.Errorf("%d lease files are left, want at most 2: %v", len(files), err)
	}
}

// The lease of a killed process expires. The lease does not expire while its process writes
// to it.
func TestLeaseOfAKilledProcess(t *testing.T) {
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
		t.Errorf("the lease of a running process: %v, want ErrBusy", err)
	}
	close(l.stop) // killed: no more beats
	<-l.done
	if err := os.Chtimes(l.path, time.Time{}, time.Now().Add(-leaseLife)); err != nil {
		t.Fatal(err)
	}
	var taken atomic.Int32
	var wg sync.WaitGroup
	for range 20 { // only one process takes the lease
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
		t.Errorf("%d goroutines took the expired lease, want 1", taken.Load())
	}
}

// A process that creates an old number late does not disturb the lease.
func TestLateLeaseNumber(t *testing.T) {
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
