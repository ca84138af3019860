// Requests that fail on purpose: faults and the published request limits.

package emulator

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// A Fault is a rule that makes requests fail, or changes how answers arrive. With
// neither Status nor Drop, the operation happens and only its answer changes.
type Fault struct {
	// Operation is the operation to which the rule applies, named as for
	// [Emulator.Count]; "" means every request.
	Operation string
	// Count is the number of requests after which the rule is spent; 0 means no
	// limit.
	Count int
	// Probability is the share of requests to which the rule applies; 0 means all.
	Probability float64

	// Delay passes, in real time, before anything else happens.
	Delay time.Duration
	// Status, if not 0, is the HTTP status of an error with Code and Message that
	// replaces the operation's answer, in the form of the service's errors.
	Status        int
	Code, Message string
	// RetryAfter, if not 0, is sent with Status as the header Retry-After, in whole
	// seconds, rounded up.
	RetryAfter time.Duration
	// Drop closes the connection without an answer.
	Drop bool
	// After lets the operation happen before Status or Drop hide its answer. A
	// refresh token is then spent, and its successor lost.
	After bool
	// Truncate breaks the connection in the middle of the answer.
	Truncate bool
	// ContentType, if not "", replaces that of the answer.
	ContentType string
}

// AddFault adds a rule. If several rules match a request, the oldest applies.
// AddFault panics if f names an operation that does not exist, or has a number that
// is out of range.
func (e *Emulator) AddFault(f Fault) {
	if err := e.checkFault(f); err != nil {
		panic(err)
	}
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.rules = append(e.faults.rules, f)
}

// Faults returns the rules that are not spent, oldest first.
func (e *Emulator) Faults() []Fault {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	return slices.Clone(e.faults.rules)
}

// ClearFaults removes all rules.
func (e *Emulator) ClearFaults() {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.rules = nil
}

type faults struct {
	mu    sync.Mutex
	rules []Fault
}

// checkFault refuses rules that cannot be meant.
func (e *Emulator) checkFault(f Fault) error {
	switch {
	case f.Probability < 0 || f.Probability > 1:
		return fmt.Errorf("fault: probability %v is not within 0 and 1", f.Probability)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("fault: status %d is not within 200 and 599", f.Status)
	case f.Count < 0 || f.Delay < 0 || f.RetryAfter < 0:
		return errors.New("fault: count, delay and retryAfter cannot be less than nothing")
	case f.RetryAfter > 0 && f.Status == 0:
		return errors.New("fault: retryAfter needs a status")
	}
	return e.checkOperation(f.Operation)
}

// serve runs the operation, or whatever a fault makes of it. A response without
// a status means that the connection was closed.
func (e *Emulator) serve(w http.ResponseWriter, c *call, op *operation) response {
	if op.exempt {
		return op.run(c)
	}
	f := e.fault(c.names)
	if f.Delay > 0 {
		select {
		case <-time.After(f.Delay):
		case <-c.Context().Done():
			return response{}
		}
		c.now = e.Now()
	}
	var out response
	if (f.Status == 0 && !f.Drop) || f.After {
		if out = e.limits.check(e, c, op); out.status == 0 {
			out = op.run(c)
		}
	}
	if f.Status != 0 {
		out = op.fail(c, f.apiError())
		retryAfter(out, f.RetryAfter)
	}
	if f.ContentType != "" {
		out.header.Set("Content-Type", f.ContentType)
	}
	switch {
	case f.Drop:
		panic(http.ErrAbortHandler) // net/http closes the connection without a word
	case f.Truncate:
		e.writeHalf(w, c, out)
		panic(http.ErrAbortHandler)
	}
	return out
}

// fault returns the rule for a request of these names and takes one from its
// count. The zero Fault does nothing.
func (e *Emulator) fault(names []string) Fault {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	for i, f := range e.faults.rules {
		if f.Operation != "" && !slices.Contains(names, f.Operation) {
			continue
		}
		if f.Probability > 0 && e.random.float() >= f.Probability {
			continue
		}
		if f.Count == 1 {
			e.faults.rules = slices.Delete(e.faults.rules, i, i+1)
		} else if f.Count > 1 {
			e.faults.rules[i].Count--
		}
		return f
	}
	return Fault{}
}

// apiError returns the error that the rule asks for. The OAuth code follows from
// the exception's name: all of the OIDC API's do, but for the internal error.
func (f Fault) apiError() *apiError {
	err := &apiError{status: f.Status, code: f.Code, message: f.Message}
	if err.code == "" {
		switch {
		case f.Status == http.StatusUnauthorized:
			err.code = "UnauthorizedException"
		case f.Status == http.StatusTooManyRequests:
			err.code = "TooManyRequestsException"
		case f.Status >= 500:
			err.code = "InternalServerException"
		default:
			err.code = "InvalidRequestException"
		}
	}
	if err.message == "" {
		err.message = "HTTP " + strconv.Itoa(f.Status) + " by a rule of the emulator"
	}
	if err.code != "InternalServerException" {
		for i, c := range strings.TrimSuffix(err.code, "Exception") {
			if i > 0 && 'A' <= c && c <= 'Z' {
				err.oauth += "_"
			}
			err.oauth += strings.ToLower(string(c))
		}
	}
	return err
}

// writeHalf announces the whole answer and sends half of it.
func (e *Emulator) writeHalf(w http.ResponseWriter, c *call, out response) {
	length := len(out.body)
	out.body = out.body[:length/2]
	e.write(w, c, out, length)
	_ = http.NewResponseController(w).Flush() // or nothing at all would arrive
}

// retryAfter adds the header Retry-After to an answer, unless d is 0.
func retryAfter(out response, d time.Duration) {
	if d > 0 {
		out.header.Set("Retry-After", strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10))
	}
}

// SetRateLimits turns AWS's published request limits on or off. It overrides the
// Config.
func (e *Emulator) SetRateLimits(on bool) {
	e.limits.forced.Store(-1)
	if on {
		e.limits.forced.Store(1)
	}
}

// SetRetryAfter adds the header Retry-After, in whole seconds, to answers that
// refuse a request because of the limits. 0 leaves it out, as AWS does.
func (e *Emulator) SetRetryAfter(d time.Duration) { e.limits.after.Store(int64(d)) }

// limits holds token buckets: requests per second, all of a second's at once.
type limits struct {
	forced  atomic.Int32 // by SetRateLimits: 1 on, -1 off, 0 as the Config says
	after   atomic.Int64 // by SetRetryAfter, in nanoseconds
	mu      sync.Mutex
	buckets *store[*bucket]
}

func (l *limits) on(c *Config) bool {
	forced := l.forced.Load()
	return forced > 0 || forced == 0 && c.RateLimits
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

const maxBuckets = 10_000

// A bucket holds what is left of a number of requests.
type bucket struct {
	left float64
	at   time.Time
}

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
	return b.take(rate, rate, now)
}

// take takes one from the bucket if it has one. The bucket fills at the rate per
// second, and holds most.
func (b *bucket) take(most, rate float64, now time.Time) bool {
	b.left = min(most, b.left+rate*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
