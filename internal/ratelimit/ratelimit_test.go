package ratelimit_test

import (
	"context"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lanyard-cli/lanyard/internal/ratelimit"
)

// A server is a model of a service with a token bucket.
type server struct {
	rate, burst float64 // rate 0 means no limit
	latency     time.Duration
	retryAfter  time.Duration

	mu       sync.Mutex
	left     float64
	at       time.Time
	accepted int
	refused  int
	early    int // requests before the end of Retry-After
	closed   time.Time
	inFlight int
	most     int
}

// call sends a request. It reports whether the server accepted the request.
func (s *server) call() bool {
	time.Sleep(s.latency / 2)
	ok := s.take()
	time.Sleep(s.latency / 2)
	s.mu.Lock()
	s.inFlight--
	s.mu.Unlock()
	return ok
}

func (s *server) take() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.inFlight++
	s.most = max(s.most, s.inFlight)
	if s.at.IsZero() {
		s.left = s.burst
	}
	s.left = min(s.burst, s.left+s.rate*now.Sub(s.at).Seconds())
	s.at = now
	if now.Before(s.closed) {
		s.early++
	}
	if s.rate > 0 && s.left < 1 {
		s.refused++
		if s.retryAfter > 0 {
			s.closed = now.Add(s.retryAfter + s.latency/2) // the client learns it after half the latency
		}
		return false
	}
	s.left--
	s.accepted++
	return true
}

// work makes n requests through a limiter, with up to 150 at a time, and repeats refused requests.
func work(t *testing.T, l *ratelimit.Limiter, s *server, n int) {
	t.Helper()
	todo := make(chan struct{}, n)
	for range n {
		todo <- struct{}{}
	}
	close(todo)
	var wg sync.WaitGroup
	for range 150 {
		wg.Go(func() {
			for range todo {
				for {
					r, err := l.Wait(context.Background())
					if err != nil {
						t.Error(err)
						return
					}
					if s.call() {
						r.Succeeded()
						break
					}
					r.Throttled(s.retryAfter)
				}
			}
		})
	}
	wg.Wait()
}

// Each row is a listing at a modelled service. The times are fake.
func TestListingAtAModelledService(t *testing.T) {
	const latency = 50 * time.Millisecond
	for _, c := range []struct {
		name     string
		server   *server
		probe    bool
		requests int
		atMost   time.Duration
		refused  int // at most
	}{
		{"no limit", &server{}, true, 303, 4*latency + time.Millisecond*20, 0},
		{"no limit, many requests", &server{}, true, 10_100, 85 * latency, 0},
		{"no limit, but a probe is not allowed", &server{}, false, 303, 15 * time.Second, 0},
		{"20 per second with a burst of 20", &server{rate: 20, burst: 20}, true, 303, 14150 * time.Millisecond * 105 / 100, 3},
		{"20 per second, a large organization", &server{rate: 20, burst: 20}, true, 2020, 100 * time.Second * 105 / 100, 20},
		{"20 per second without a probe", &server{rate: 20, burst: 20}, false, 303, 14150 * time.Millisecond * 105 / 100, 3},
		{"20 per second without a burst", &server{rate: 20, burst: 1}, true, 303, 20 * time.Second, 45},
		{"5 per second", &server{rate: 5, burst: 5}, true, 303, 80 * time.Second, 40},
		{"100 per second", &server{rate: 100, burst: 100}, true, 2020, 100 * time.Second, 150},
		{"Retry-After of one second", &server{rate: 20, burst: 20, retryAfter: time.Second}, true, 303, 16 * time.Second, 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := c.server
				s.latency = latency
				l := ratelimit.New(ratelimit.Options{Path: filepath.Join(t.TempDir(), "rate"), Probe: c.probe})
				start := time.Now()
				work(t, l, s, c.requests)
				took := time.Since(start)
				t.Logf("%v, %d refused, at most %d in flight", took, s.refused, s.most)
				if s.accepted != c.requests || took > c.atMost || s.refused > c.refused {
					t.Errorf("%d of %d requests in %v (at most %v), %d refused (at most %d)", s.accepted, c.requests, took, c.atMost, s.refused, c.refused)
				}
				if s.most > ratelimit.MaxInFlight {
					t.Errorf("%d requests in flight, more than %d", s.most, ratelimit.MaxInFlight)
				}
			})
		})
	}
}

// Another client uses 40 % of what the service allows, and does not know the bucket.
func TestBesideAnotherClient(t *testing.T) {
	for _, c := range []struct {
		requests, refused int
		floor             time.Duration
	}{
		{303, 9, 23600 * time.Millisecond},
		{2020, 20, 166700 * time.Millisecond},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := &server{rate: 20, burst: 20, latency: 50 * time.Millisecond}
			done := make(chan struct{})
			others, othersRefused := 0, 0
			go func() {
				next := time.Now()
				for {
					select {
					case <-done:
						return
					case <-time.After(max(time.Until(next), 20*time.Millisecond)):
					}
					if s.take() {
						others++
						next = next.Add(125 * time.Millisecond)
					} else {
						othersRefused++
					}
					s.mu.Lock()
					s.inFlight--
					s.mu.Unlock()
				}
			}()
			l := ratelimit.New(ratelimit.Options{Path: filepath.Join(t.TempDir(), "rate"), Probe: true})
			start := time.Now()
			work(t, l, s, c.requests)
			took := time.Since(start)
			close(done)
			s.refused -= othersRefused
			t.Logf("%d requests: %v, %d refused; the other client: %d, %d refused", c.requests, took, s.refused, others, othersRefused)
			if took > c.floor*105/100 || s.refused > c.refused {
				t.Errorf("%d requests took %v, floor %v; %d refused, at most %d", c.requests, took, c.floor, s.refused, c.refused)
			}
			if want := int(took.Seconds()*8) * 95 / 100; others < want {
				t.Errorf("the other client made %d requests, want at least %d", others, want)
			}
			synctest.Wait()
		})
	}
}

// Five processes with one file send as much as one process.
func TestProcessesShareTheBucket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{rate: 20, burst: 20, latency: 50 * time.Millisecond}
		path := filepath.Join(t.TempDir(), "rate")
		start := time.Now()
		var wg sync.WaitGroup
		for range 5 {
			l := ratelimit.New(ratelimit.Options{Path: path, Probe: true})
			wg.Go(func() { work(t, l, s, 60) })
		}
		wg.Wait()
		took := time.Since(start)
		t.Logf("%v, %d refused", took, s.refused)
		if took > 14700*time.Millisecond || s.refused > 6 {
			t.Errorf("300 requests of five processes took %v, %d refused", took, s.refused)
		}
	})
}

// Retry-After stops the other processes too, and a later process knows the limit.
func TestRetryAfterStopsEveryProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "rate")
		a, b := ratelimit.New(ratelimit.Options{Path: path, Probe: true}), ratelimit.New(ratelimit.Options{Path: path, Probe: true})
		r, err := a.Wait(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		r.Throttled(7 * time.Second)
		start := time.Now()
		if r, err = b.Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		r.Succeeded()
		if waited := time.Since(start); waited != 7*time.Second {
			t.Errorf("the other process waited %v, want 7s", waited)
		}
	})
}

// After a day the limiter probes again. Before, it sends no more than the burst at once.
func TestLimitIsRememberedForADay(t *testing.T) {
	for _, c := range []struct {
		later           time.Duration
		atMost, atLeast int
	}{{time.Hour, 20, 1}, {25 * time.Hour, 23, 23}} {
		synctest.Test(t, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "rate")
			l := ratelimit.New(ratelimit.Options{Path: path, Probe: true})
			r, _ := l.Wait(t.Context())
			r.Throttled(0)
			time.Sleep(c.later)
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			n := 0
			for ; ; n++ {
				if _, err := l.Wait(ctx); err != nil {
					break
				}
			}
			if n > c.atMost || n < c.atLeast {
				t.Errorf("after %v: %d requests at once, want %d to %d", c.later, n, c.atLeast, c.atMost)
			}
		})
	}
}

// After the clock is set back, requests wait no longer than before.
func TestClockIsSetBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var back time.Duration
		l := ratelimit.New(ratelimit.Options{Path: filepath.Join(t.TempDir(), "rate"), Now: func() time.Time { return time.Now().Add(-back) }})
		send := func() {
			r, err := l.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r.Succeeded()
		}
		for range 20 {
			send()
		}
		back = 4 * time.Minute
		start := time.Now()
		send()
		if took := time.Since(start); took > time.Second {
			t.Errorf("a request waited %v", took)
		}
	})
}

// A damaged file, and a folder that cannot be used, do not stop requests.
func TestFileThatCannotBeUsed(t *testing.T) {
	dir := t.TempDir()
	damaged, blocked := filepath.Join(dir, "damaged"), filepath.Join(dir, "file", "rate")
	for path, content := range map[string]string{damaged: `{"at":"2026-`, filepath.Join(dir, "file"): "not a folder"} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, path := range []string{damaged, blocked} {
		l := ratelimit.New(ratelimit.Options{Path: path})
		for range 5 {
			r, err := l.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			r.Succeeded()
		}
	}
}
