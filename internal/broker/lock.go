package broker

import (
	"context"
	"errors"
	"math/rand/v2"
	"path/filepath"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// companion names a file that goes with name in folder: ".NAME.lock",
// ".NAME.outcome". None of them ends in ".json", which the AWS CLI would read.
func companion(folder, name, suffix string) string {
	return filepath.Join(folder, "."+name[:len(name)-len(".json")]+suffix)
}

// writeCompanion replaces such a file.
func (b *Broker) writeCompanion(path, content string) error {
	if err := b.Cache.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return atomicfile.Write(path, []byte(content), 0o600)
}

// sessionFile is a file that guards a session under all of its names: it goes with
// the portal, not with the name or the spelling that happens to be used.
func (b *Broker) sessionFile(s profile.Session, suffix string) string {
	return companion(b.Cache.SSO(), ssocache.TokenName(starturl.Portal(s.StartURL)), suffix)
}

func (b *Broker) roleFile(name, suffix string) string {
	return companion(b.Cache.Roles(), name, suffix)
}

// A guard is the right to go on: with the lock, or without it where locks do
// not work or the holder does not let go.
type guard struct {
	lock *filelock.Lock
	why  string // why it is not the lock itself; "" if it is
}

func (g guard) release() { g.lock.Release() }

// wait takes the lock at path. While another process holds it, settled is asked
// again and again whether that one's work has made ours unnecessary; then wait
// returns true. After the deadline it goes on without the lock, but one process
// at a time: those whom a stopped holder kept waiting are still a storm, and take
// turns by a second lock, for the same time again. The only error is the
// context's.
func (b *Broker) wait(ctx context.Context, path string, deadline time.Time, settled func() bool) (g guard, done bool, err error) {
	if err := b.Cache.MakeFolder(filepath.Dir(path)); err != nil {
		return guard{why: err.Error()}, false, nil
	}
	start, why, waited := time.Now(), "", false
	for pause := pollMin; ; pause = min(pause*3/2, pollMax) {
		lock, err := filelock.Try(path)
		if err == nil && waited && settled() { // the holder has just let go
			lock.Release()
			return guard{}, true, nil
		}
		if err == nil {
			b.debug("lock", "file", path, "waited", time.Since(start).Round(time.Millisecond))
			return guard{lock: lock, why: why}, false, nil
		}
		if !errors.Is(err, filelock.ErrBusy) {
			return guard{why: err.Error()}, false, nil
		}
		waited = true
		if settled() {
			b.debug("settled by another process", "file", path, "waited", time.Since(start).Round(time.Millisecond))
			return guard{}, true, nil
		}
		if !time.Now().Before(deadline) {
			if why != "" {
				return guard{why: why}, false, nil
			}
			why = path + " is still held by another process after " + held(start, deadline).Round(time.Second).String()
			path, deadline, pause = path+".2", time.Now().Add(lockBudget), pollMin
			continue
		}
		if err := sleep(ctx, pause/2+rand.N(pause)); err != nil {
			return guard{}, false, err
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

// sleep waits for d or the end of the context.
func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
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
