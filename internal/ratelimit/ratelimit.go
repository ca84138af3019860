// Package ratelimit limits the requests that all processes of a user send to one access portal.
//
// The portal's limit is not published. Authors of other tools measured about 20 requests per
// second, and the portal answers requests above its limit with status 429. A [Limiter] keeps a
// token bucket in a small file, so that five processes together send as much as one. Its rules:
//
//   - It sends up to 20 requests at once, and then 20 per second.
//   - Only where [Options.Probe] allows it, it finds out whether there is a limit. It sends 23
//     requests at once, of which a service with a limit of 20 must refuse some. If the service
//     refuses none, it sends up to 92 at once, and this number doubles with each round trip, up to
//     256.
//   - After the first refusal the rate is 19.6 per second. The limiter remembers for a day that
//     there is a limit.
//   - While the service refuses nothing, the rate grows by 1 per second every 20 seconds.
//   - A refusal halves the rate. Within about a second, the rate returns to 98 % of the rate that
//     the service accepted between this refusal and the refusal before.
//   - Retry-After of any response stops all processes until that time.
//
// There are no settings.
package ratelimit

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/owner"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// Options describe a limiter.
type Options struct {
	// Path is the path of the file. Processes that call the same portal for the same session use the
	// same path. If the file cannot be used, the limiter works for this process only.
	Path string
	// Probe allows the limiter to find out whether there is a limit. Set it only for a service
	// without other users, such as an emulator. AWS also throttles the sign-ins of other users.
	Probe bool
	// Now returns the time; nil means time.Now.
	Now func() time.Time
}

// A Limiter delays requests. It is safe for concurrent use.
type Limiter struct {
	path, lock string
	probe      bool
	now        func() time.Time

	turn chan struct{} // one goroutine of the process waits for the bucket at a time
	gate chan struct{} // one goroutine of the process changes the state at a time

	memory *state // the state, if the file cannot be used; else nil

	mu       sync.Mutex
	open     bool // the service has no limit, as far as known
	window   int  // the largest number of requests in flight, if open
	inFlight int
	checked  time.Time // when the file was last read, if open
	waiting  []chan struct{}
}

// New returns a limiter. It creates no file.
func New(o Options) *Limiter {
	l := &Limiter{
		path: o.Path, lock: filepath.Join(filepath.Dir(o.Path), "."+filepath.Base(o.Path)+".lock"),
		probe: o.Probe, now: o.Now, turn: make(chan struct{}, 1), gate: make(chan struct{}, 1),
	}
	if l.now == nil {
		l.now = time.Now
	}
	return l
}

// MaxInFlight is the largest number of requests in flight.
const MaxInFlight = 256

const (
	lockPause  = 2 * time.Millisecond   // between two attempts to take the lock of the file
	probePause = 2 * time.Millisecond   // between two looks at the file during a probe
	openCheck  = 100 * time.Millisecond // how often an open limiter looks for refusals of other processes
	lockBudget = 2 * time.Second        // how long to wait for the lock; then this process limits only itself
)

// Least returns the least time in which n requests can be sent, at the rate before the service has
// refused anything.
func Least(n int) time.Duration {
	return time.Duration(max(0, float64(n)-burst) / startRate * float64(time.Second))
}

// A Request is a request that the limiter allowed. Call exactly one of its methods after the
// request.
type Request struct {
	l    *Limiter
	sent time.Time
	open bool // counts as in flight
}

// Wait returns when the next request may be sent. It returns an error only if ctx ends.
func (l *Limiter) Wait(ctx context.Context) (*Request, error) {
	for {
		if ok, err := l.waitOpen(ctx); err != nil {
			return nil, err
		} else if ok {
			return &Request{l, l.now(), true}, nil
		}
		select {
		case l.turn <- struct{}{}:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		err := l.take(ctx)
		<-l.turn
		if errors.Is(err, errOpen) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return &Request{l, l.now(), false}, nil
	}
}

// Succeeded records that the service answered the request with anything but 429.
func (r *Request) Succeeded() {
	now := r.l.now()
	if r.done(true) {
		return
	}
	r.l.change(func(s *state) { s.succeeded(r.sent, now) })
}

// Throttled records that the service refused the request with status 429. after is the value of
// the header Retry-After; 0 means that there was none.
func (r *Request) Throttled(after time.Duration) {
	now := r.l.now()
	r.l.mu.Lock()
	r.l.open = false
	r.l.mu.Unlock()
	r.l.change(func(s *state) { s.throttled(r.sent, now, after) })
	r.done(false)
}

// Failed records that the service did not answer the request.
func (r *Request) Failed() {
	if r.done(false) {
		return
	}
	r.l.change(func(s *state) { s.Answered++ })
}

// done ends a request in flight. It reports whether the request was sent without the bucket, and
// the limiter is still open.
func (r *Request) done(succeeded bool) bool {
	l := r.l
	l.mu.Lock()
	defer l.mu.Unlock()
	if !r.open {
		return false
	}
	l.inFlight--
	if succeeded && l.window < MaxInFlight {
		l.window++
	}
	l.wake()
	return l.open
}

// wake lets the waiting goroutines look again.
func (l *Limiter) wake() {
	n := len(l.waiting)
	if l.open {
		n = min(n, l.window-l.inFlight)
	}
	for range n {
		close(l.waiting[0])
		l.waiting = l.waiting[1:]
	}
}

// waitOpen waits until an open limiter allows a request. It returns false if the limiter is not
// open.
func (l *Limiter) waitOpen(ctx context.Context) (bool, error) {
	for {
		l.mu.Lock()
		if l.open && l.now().Sub(l.checked) > openCheck {
			l.checked = l.now()
			if s, ok := read(l.path); ok && (s.Limited || s.wait(l.now()) > 0) {
				l.open = false
				l.wake()
			}
		}
		switch {
		case !l.open:
			l.mu.Unlock()
			return false, nil
		case l.inFlight < l.window:
			l.inFlight++
			l.mu.Unlock()
			return true, nil
		}
		ready := make(chan struct{})
		l.waiting = append(l.waiting, ready)
		l.mu.Unlock()
		select {
		case <-ready:
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// errOpen means that the service has no limit.
var errOpen = errors.New("no limit")

// take takes one request from the bucket, and waits for it.
func (l *Limiter) take(ctx context.Context) error {
	for {
		var wait time.Duration
		var open bool
		l.change(func(s *state) { wait, open = s.take(l.now(), l.probe) })
		if open {
			l.mu.Lock()
			l.open, l.window, l.checked = true, max(l.window, 4*(burst+probeExtra)), l.now()
			l.mu.Unlock()
			return errOpen
		}
		if wait == 0 {
			return ctx.Err()
		}
		if err := sleep.For(ctx, wait); err != nil {
			return err
		}
	}
}

// change changes the state in the file, under its lock. If the file cannot be used, it changes a
// state of this process.
func (l *Limiter) change(edit func(*state)) {
	l.gate <- struct{}{}
	defer func() { <-l.gate }()
	if l.memory == nil {
		lock, err := l.locked()
		if err == nil {
			s, _ := read(l.path)
			edit(&s)
			err = s.write(l.path)
			lock.Release()
		}
		if err == nil {
			return
		}
		l.memory = &state{}
	}
	edit(l.memory)
}

// locked takes the lock of the file.
func (l *Limiter) locked() (*filelock.Lock, error) {
	if err := owner.MakeFolder(filepath.Dir(l.path)); err != nil {
		return nil, err
	}
	for start := time.Now(); ; time.Sleep(lockPause) {
		lock, err := filelock.Try(l.lock)
		if err == nil || !errors.Is(err, filelock.ErrBusy) || time.Since(start) > lockBudget {
			return lock, err
		}
	}
}
