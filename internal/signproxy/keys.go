package signproxy

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// keepKeys is how long the proxy uses credentials without asking for them again.
const keepKeys = 10 * time.Second

// keys gives the real credentials, and the time of the service.
type keys struct {
	get func(context.Context) (ssocache.Credentials, error)
	now func() time.Time

	fetching sync.Mutex // held during a call of get
	mu       sync.Mutex
	last     ssocache.Credentials
	until    time.Time
	ahead    time.Duration // of the service's clock
}

// credentials returns the credentials. Requests at the same time share one call of get.
func (k *keys) credentials(ctx context.Context) (ssocache.Credentials, error) {
	if c, ok := k.cached(); ok {
		return c, nil
	}
	k.fetching.Lock()
	defer k.fetching.Unlock()
	if c, ok := k.cached(); ok {
		return c, nil
	}
	// The call continues if the child gives up: it may be storing a new token.
	c, err := k.get(context.WithoutCancel(ctx))
	if err != nil {
		return c, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	k.last, k.until = c, k.now().Add(keepKeys)
	return c, nil
}

func (k *keys) cached() (ssocache.Credentials, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.now()
	fresh := now.Before(k.until) && (k.last.Expiration.IsZero() || now.Before(k.last.Expiration))
	return k.last, fresh
}

// time returns the time for a signature.
func (k *keys) time() time.Time {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.now().Add(k.ahead)
}

// maxSkew is the difference of the clocks from which on the proxy corrects its time. Services accept
// 5 minutes or more.
const maxSkew = 4 * time.Minute

// learn reads the clock of the service from a reply that refuses a request. It reports whether the
// request was signed with a wrong time.
func (k *keys) learn(resp *http.Response) bool {
	if resp.StatusCode < 400 || resp.StatusCode > 499 {
		return false
	}
	date, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return false
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	off := date.Sub(k.now().Add(k.ahead))
	if off.Abs() < maxSkew {
		return false
	}
	k.ahead += off
	return true
}
