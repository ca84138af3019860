package emulator

import (
	"encoding/json"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// limits holds token buckets: requests per second, all of a second's at once.
type limits struct {
	forced  atomic.Int32 // by SetRateLimits: 1 on, -1 off, 0 as the Config says
	after   atomic.Int64 // by SetRetryAfter, in nanoseconds
	mu      sync.Mutex
	buckets *store[*bucket]
}

type bucket struct {
	left float64
	at   time.Time
}

// SetRateLimits turns the published request limits on or off, whatever the Config
// says.
func (e *Emulator) SetRateLimits(on bool) {
	e.limits.forced.Store(-1)
	if on {
		e.limits.forced.Store(1)
	}
}

// SetRetryAfter makes refusals of the request limits say how long to wait, by the
// header Retry-After in whole seconds; 0 leaves it out, as AWS does.
func (e *Emulator) SetRetryAfter(d time.Duration) { e.limits.after.Store(int64(d)) }

func (l *limits) on(c *Config) bool {
	forced := l.forced.Load()
	return forced > 0 || forced == 0 && c.RateLimits
}

const maxBuckets = 10_000

// take reports whether a request fits into rate per second under that key.
func (l *limits) take(key string, rate float64, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = newStore[*bucket](maxBuckets, nil)
	}
	b, ok := l.buckets.get(key, now)
	if !ok {
		b = &bucket{left: rate, at: now}
		l.buckets.put(key, b, now.Add(time.Hour)) // after that a full one takes its place
	}
	b.left = min(rate, b.left+rate*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}

// check answers a request beyond the published limits (AWS's IAM Identity Center
// quotas page). For the portal AWS publishes none: 20 a second and token is what
// authors of tools have found. A response without a status lets the request pass.
func (l *limits) check(e *Emulator, c *call, op *operation) response {
	if !l.on(e.config()) {
		return response{}
	}
	no := slowDown()
	ok := true
	switch op.name {
	case "RegisterClient":
		host, _, _ := net.SplitHostPort(c.RemoteAddr)
		ok = l.take("address "+host, 20, c.now)
	case "StartDeviceAuthorization", "CreateToken":
		var in struct{ ClientID string }
		_ = json.Unmarshal(c.body, &in) // the operation itself will complain
		ok = l.take("client "+in.ClientID, 80, c.now)
		if ok && op.name == "CreateToken" {
			ok = l.take("instance", 250, c.now)
		}
	case "ListAccounts", "ListAccountRoles", "GetRoleCredentials", "Logout":
		no = &apiError{status: http.StatusTooManyRequests, code: "TooManyRequestsException", message: "HTTP 429 Unknown Code"}
		ok = l.take("token "+c.Header.Get(bearerHeader), 20, c.now)
	}
	if ok {
		return response{}
	}
	out := op.fail(c, no)
	retryAfter(out, time.Duration(l.after.Load()))
	return out
}
