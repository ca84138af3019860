package inventory

import (
	"slices"
	"time"
)

// A Progress says what is new in a list while it is updated.
type Progress struct {
	Accounts int       // the accounts known so far
	Listed   []Account // every account, in the order of the list, without roles; nil until the last account page has arrived
	// Settled are the accounts whose roles have become known, or could not be listed, since the
	// last Progress. Each account is settled once. Their order is the order of arrival.
	Settled []Account
	// Done and Total count the accounts whose roles the need includes. Total grows with each
	// account page.
	Done, Total int
}

// observePause is the shortest time between two calls of Observe.
const observePause = 10 * time.Millisecond

// watch calls Observe with the changes, until the returned function is called. That function
// waits for the last call.
func (u *update) watch() (stop func()) {
	if u.o.Observe == nil {
		return func() {}
	}
	u.changed = make(chan struct{}, 1)
	over, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		w := watcher{u: u, settled: map[string]bool{}}
		for last := false; !last; {
			select {
			case <-u.changed:
				select {
				case <-over:
				case <-time.After(observePause):
				}
			case <-over:
				last = true
			}
			if p, ok := w.progress(); ok {
				u.o.Observe(p)
			}
		}
	}()
	return func() {
		close(over)
		<-done
	}
}

// notify says that the content has changed.
func (u *update) notify() {
	if u.changed == nil {
		return
	}
	select {
	case u.changed <- struct{}{}:
	default:
	}
}

// A watcher computes the progress of an update.
type watcher struct {
	u       *update
	settled map[string]bool
	listed  bool
	known   int
}

// progress returns what is new. ok is false if there is nothing new.
func (w *watcher) progress() (p Progress, ok bool) {
	u := w.u
	u.mu.Lock()
	defer u.mu.Unlock()
	f := u.f
	if f == nil {
		return p, false
	}
	p.Accounts = len(f.accounts)
	pending := u.needsPages(f)
	for _, a := range f.accounts {
		if need := u.o.Need; need.ID != "" && need.ID != a.ID || need.Match != nil && !need.Match(a) {
			continue
		}
		p.Total++
		if w.settled[a.ID] {
			p.Done++
			continue
		}
		// Until its page arrives, the name of an account can change, and the account can be gone.
		if current := !pending || f.pages.seen[a.ID]; current && !u.needsRoles(f, a) {
			w.settled[a.ID] = true
			p.Done++
			p.Settled = append(p.Settled, a)
		}
	}
	if !pending && !w.listed && u.o.Need.ID == "" {
		w.listed = true
		p.Listed = slices.Clone(f.accounts)
		slices.SortFunc(p.Listed, byName)
	}
	ok = len(p.Settled) > 0 || p.Listed != nil || p.Accounts != w.known
	w.known = p.Accounts
	return p, ok
}
