package broker

import (
	"context"
	"crypto/rand"
	"os"
	"time"

	"lanyard/internal/profile"
)

// generation names the time between two sign-outs of a session: what was begun
// in one may not be saved in the next. It is opaque; "" before the first
// sign-out. Like an outcome it is kept in a form that is not JSON.
func (b *Broker) generation(s profile.Session) string {
	data, _ := os.ReadFile(b.sessionFile(s, ".generation")) // none yet
	return string(data)
}

// nextGeneration begins a new one.
func (b *Broker) nextGeneration(s profile.Session) error {
	return b.writeCompanion(b.sessionFile(s, ".generation"), "lanyard-generation "+rand.Text()+"\n")
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
