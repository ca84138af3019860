package broker

import (
	"context"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"path/filepath"
	"time"

	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// A guard permits one process to continue. It usually holds the lock. If the guard does not
// hold the lock, why is the reason: locks do not work here, or another process does not
// release the lock. In the second case, the guard may hold the second lock of [Broker.wait].
type guard struct {
	lock  *filelock.Lock
	why   string // why the guard does not hold the first lock; "" if it does
	reply *reply // ends the request without the lock; nil if the request needs more work
}

func (g guard) release() { g.lock.Release() }

// A reply is the answer or the error that ends a request. A process that waits for a lock
// looks for a reply in the files that other processes write. A nil reply means that this
// process must do the work itself.
type reply struct {
	Answer
	err error
}

// noReply is a look function for [Broker.wait] that never finds a reply.
func noReply() *reply { return nil }

// wait takes the lock at path. While another process holds the lock, wait calls look
// repeatedly, and returns as soon as look finds a reply.
//
// After the deadline, wait gives up on the lock, because the process that holds it may be
// stopped. The waiting processes then take turns with a second lock, path+".2", so that they
// do not all call the service at once. A process that does not get the second lock in time
// continues without a lock.
//
// wait returns an error only if ctx ends.
func (b *Broker) wait(ctx context.Context, path string, deadline time.Time, look func() *reply) (guard, error) {
	if err := b.Cache.MakeFolder(filepath.Dir(path)); err != nil {
		return guard{why: err.Error()}, nil
	}
	start := time.Now()
	g, timedOut, err := b.waitUntil(ctx, path, deadline, false, look)
	if timedOut {
		why := fmt.Sprintf("%s is still held by another process after %s", path, waited(start, deadline).Round(time.Second))
		path += ".2"
		g, _, err = b.waitUntil(ctx, path, time.Now().Add(lockBudget), true, look)
		if g.why == "" && g.reply == nil {
			g.why = why
		}
	}
	switch {
	case g.reply != nil:
		b.debug("answered by another process", "file", path, "waited", time.Since(start).Round(time.Millisecond))
	case g.lock != nil:
		b.debug("lock", "file", path, "waited", time.Since(start).Round(time.Millisecond))
	}
	return g, err
}

// waitUntil takes the lock at path. It calls look only after another process has held the
// lock, or if hasWaited is set. hasWaited means that this process has already waited for
// another lock. timedOut is true if the lock was not free before the deadline.
func (b *Broker) waitUntil(ctx context.Context, path string, deadline time.Time, hasWaited bool, look func() *reply) (g guard, timedOut bool, err error) {
	for pause := pollMin; ; pause = min(pause*3/2, pollMax) {
		lock, err := filelock.Try(path)
		busy := errors.Is(err, filelock.ErrBusy)
		if err != nil && !busy {
			return guard{why: err.Error()}, false, nil
		}
		hasWaited = hasWaited || busy
		if hasWaited { // look once more after the holder has released the lock
			if r := look(); r != nil {
				lock.Release()
				return guard{reply: r}, false, nil
			}
		}
		if !busy {
			return guard{lock: lock}, false, nil
		}
		if !time.Now().Before(deadline) {
			return guard{}, true, nil
		}
		if err := sleep.For(ctx, pause/2+mathrand.N(pause)); err != nil {
			return guard{}, false, err
		}
	}
}

// waited returns how long a request has waited for locks. The request may have waited for
// another lock before start. The deadline shows when that wait began.
func waited(start, deadline time.Time) time.Duration {
	if began := deadline.Add(-lockBudget); began.Before(start) {
		start = began
	}
	return time.Since(start)
}

// try takes the lock at path if it is free. A guard without a lock means that another
// process holds it, or that locks do not work here.
func (b *Broker) try(ctx context.Context, path string) guard {
	g, _ := b.wait(ctx, path, time.Now(), func() *reply { return new(reply) }) // a busy lock ends the wait
	return g
}

// deadlineKey is the context key of the time at which a request stops waiting for locks.
// One deadline serves both the lock of the role and the lock of the session.
type deadlineKey struct{}

func withDeadline(ctx context.Context) context.Context {
	return context.WithValue(ctx, deadlineKey{}, time.Now().Add(lockBudget))
}

// deadline returns when a request stops waiting for locks.
func (b *Broker) deadline(ctx context.Context) time.Time {
	if t, ok := ctx.Value(deadlineKey{}).(time.Time); ok {
		return t
	}
	return time.Now().Add(lockBudget)
}
