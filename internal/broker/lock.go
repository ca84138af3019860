package broker

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// A guard permits one process to continue. It usually holds the lock; without one, why
// says what is wrong with it: locks do not work, or the holder does not let go.
type guard struct {
	lock    *filelock.Lock
	why     string   // why it is not the lock itself; "" if it is
	settled *verdict // of the wait: the work is not needed any more, and there is no lock
}

func (g guard) release() { g.lock.Release() }

// A verdict is what a look at the cache comes to while a request waits for a lock: the
// answer or the error with which the request ends. nil means that this process has to do
// the work.
type verdict struct {
	Answer
	err error
}

// unsettled is the look of a wait that only the lock ends.
func unsettled() *verdict { return nil }

// wait takes the lock at path. While another process holds it, look is called again and
// again: a verdict says that the other process's work has made ours unnecessary, and
// ends the wait. After the deadline wait goes on without the lock, but one process at a
// time: the processes that a stopped holder kept waiting are still a storm, and take
// turns by a second lock, for the same time again. The only error is the context's.
func (b *Broker) wait(ctx context.Context, path string, deadline time.Time, look func() *verdict) (guard, error) {
	if err := b.Cache.MakeFolder(filepath.Dir(path)); err != nil {
		return guard{why: err.Error()}, nil
	}
	start, why, waited := time.Now(), "", false
	for pause := pollMin; ; pause = min(pause*3/2, pollMax) {
		lock, err := filelock.Try(path)
		busy := errors.Is(err, filelock.ErrBusy)
		if err != nil && !busy {
			return guard{why: err.Error()}, nil
		}
		if waited = waited || busy; waited { // also when the holder has just let go
			if v := look(); v != nil {
				lock.Release()
				b.debug("settled by another process", "file", path, "waited", time.Since(start).Round(time.Millisecond))
				return guard{settled: v}, nil
			}
		}
		if !busy {
			b.debug("lock", "file", path, "waited", time.Since(start).Round(time.Millisecond))
			return guard{lock: lock, why: why}, nil
		}
		if !time.Now().Before(deadline) {
			if why != "" {
				return guard{why: why}, nil
			}
			why = path + " is still held by another process after " + held(start, deadline).Round(time.Second).String()
			path, deadline, pause = path+".2", time.Now().Add(lockBudget), pollMin
			continue
		}
		if err := sleep.For(ctx, pause/2+rand.N(pause)); err != nil {
			return guard{}, err
		}
	}
}

// held is how long a request has waited by now. It may have begun with another
// lock, long before start: then only its deadline tells.
func held(start, deadline time.Time) time.Duration {
	if began := deadline.Add(-lockBudget); began.Before(start) {
		start = began
	}
	return time.Since(start)
}

// try takes the lock at path if it is free. If the guard has no lock, another process
// has it, or locks do not work.
func (b *Broker) try(ctx context.Context, path string) guard {
	g, _ := b.wait(ctx, path, time.Now(), func() *verdict { return new(verdict) }) // the first look ends it
	return g
}

// deadlineKey carries the end of a request's patience with locks: a request
// that waited for a role's lock has less left for its session's.
type deadlineKey struct{}

func withDeadline(ctx context.Context) context.Context {
	return context.WithValue(ctx, deadlineKey{}, time.Now().Add(lockBudget))
}

// deadline is when this request stops waiting for locks.
func (b *Broker) deadline(ctx context.Context) time.Time {
	if t, ok := ctx.Value(deadlineKey{}).(time.Time); ok {
		return t
	}
	return time.Now().Add(lockBudget)
}
