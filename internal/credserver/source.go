package credserver

import (
	"context"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const (
	// keepAnswer is how long the server uses an answer without a new call of Get.
	keepAnswer = 10 * time.Second

	// patience is how long a request waits for a new call of Get while the previous credentials
	// are still valid. Some SDKs wait only one second for an answer.
	patience = 250 * time.Millisecond

	// shortLife is the minimum validity that the server wants. If even new credentials have a
	// shorter lifetime, the server accepts them.
	shortLife = 15 * time.Minute
)

// A Source returns the credentials of one profile.
type Source struct {
	Name string // the name in a Request
	Path string // the path of the URL, with escapes

	// Get returns credentials that are valid for 15 minutes or more, if possible. The server
	// makes only one call of Get at a time. own reports whether a URL leads to this server. Get
	// must not ask such a URL, because it would wait for itself.
	Get func(ctx context.Context, own func(url string) bool) (ssocache.Credentials, error)
}

// A source remembers the last answer of a Source.
type source struct {
	Source

	mu   sync.Mutex
	last *fetch // nil before the first request
	good *fetch // the last finished call, if it returned credentials; else nil
}

// A fetch is a call of Get.
type fetch struct {
	done chan struct{} // closed when the call has returned
	c    ssocache.Credentials
	err  error
	at   time.Time
}

// Forget makes the server call Get for the next request of each source.
func (s *Server) Forget() {
	for _, src := range s.sources {
		src.mu.Lock()
		if src.last != nil && src.last.returned() {
			src.last = nil
		}
		src.good = nil
		src.mu.Unlock()
	}
}

// get returns the credentials of a source. Requests at the same time share one call of Get. If
// the client gives up, the call continues, and the client's next attempt gets the result.
func (s *Server) get(ctx context.Context, src *source) (ssocache.Credentials, error) {
	f, previous, err := s.fetch(src)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	var late <-chan time.Time
	if previous != nil {
		timer := time.NewTimer(patience)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-f.done:
		return f.c, f.err
	case <-late:
		return previous.c, nil
	case <-ctx.Done():
		return ssocache.Credentials{}, ctx.Err()
	}
}

// fetch returns the last call of Get if a request can use it. Otherwise it begins a new call.
// previous is an earlier call whose credentials are still good, or nil.
func (s *Server) fetch(src *source) (f, previous *fetch, err error) {
	src.mu.Lock()
	defer src.mu.Unlock()
	now := s.c.Now()
	if src.good != nil && src.good.lasting(now) {
		previous = src.good
	}
	if src.last != nil && src.last.usable(now) {
		return src.last, previous, nil
	}
	if err := s.ctx.Err(); err != nil {
		return nil, nil, err
	}
	f = &fetch{done: make(chan struct{})}
	src.last = f
	s.tasks.Go(func() {
		c, err := src.Get(s.ctx, s.owns)
		src.mu.Lock()
		defer src.mu.Unlock()
		f.c, f.err, f.at = c, err, s.c.Now()
		src.good = nil
		if err == nil {
			src.good = f
		}
		close(f.done)
	})
	return f, previous, nil
}

// returned reports whether the call has returned.
func (f *fetch) returned() bool {
	select {
	case <-f.done:
		return true
	default:
		return false
	}
}

// usable reports whether a request can use the call. A request can use a call that has not
// returned, or that has just returned credentials.
func (f *fetch) usable(now time.Time) bool {
	if !f.returned() {
		return true
	}
	if f.err != nil {
		return false
	}
	switch left := f.c.Left(now); {
	case f.lasting(now):
	case f.lasting(f.at) || left <= f.c.Left(f.at)/10:
		return false
	case f.c.Life > 0 && f.c.Life < shortLife:
		return true // new credentials would be valid for as short a time
	}
	return now.Sub(f.at) < keepAnswer
}

// lasting reports whether the credentials are valid for 15 minutes or more, or do not expire.
func (f *fetch) lasting(now time.Time) bool { return f.c.Expiration.IsZero() || f.c.Reusable(now) }
