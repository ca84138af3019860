package idcenter

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// A spending follows a call that sends what can be used once. Until the first of it is
// sent the call can be broken off without harm, and from then on it must not be: the
// reply holds the successor.
type spending struct {
	mu            sync.Mutex
	sent, stopped bool
}

// begin returns the context of the call. It ends with ctx until something is sent, and
// in any case after the limit or at ctx's deadline.
func (s *spending) begin(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	end := time.Now().Add(limit)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		end = deadline
	}
	held, cancel := context.WithDeadline(context.WithoutCancel(ctx), end)
	unwatch := context.AfterFunc(ctx, func() {
		if s.stop() {
			cancel()
		}
	})
	return held, func() { unwatch(); cancel() }
}

// stop breaks the call off, unless something was sent.
func (s *spending) stop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = !s.sent
	return s.stopped
}

// send is called before something is sent.
func (s *spending) send() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return context.Canceled
	}
	s.sent = true
	return nil
}

func (s *spending) done() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// watch returns the request with a body that says when it is sent. A nil spending
// changes nothing.
func (s *spending) watch(req *http.Request) *http.Request {
	if s == nil || req.Body == nil {
		return req
	}
	watched := req.WithContext(req.Context()) // a copy
	watched.Body = &spentBody{req.Body, s}
	if req.GetBody != nil {
		watched.GetBody = func() (io.ReadCloser, error) {
			body, err := req.GetBody()
			return &spentBody{body, s}, err
		}
	}
	return watched
}

type spentBody struct {
	io.ReadCloser
	spending *spending
}

func (b *spentBody) Read(p []byte) (int, error) {
	if err := b.spending.send(); err != nil {
		return 0, err
	}
	return b.ReadCloser.Read(p)
}
