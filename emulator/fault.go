// Faults and rate limits, which make requests fail.

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

// A Fault is a rule that makes requests fail or changes their responses. If Status is 0 and Drop
// is false, the operation runs, and only its response changes.
type Fault struct {
	// Operation is the name of the operation, as for [Emulator.Count]; "" means all
	// requests.
	Operation string
	// Count is the number of requests that the rule affects. The emulator then removes the rule.
	// 0 means no limit.
	Count int
	// Probability is the share of requests that the rule affects, from 0 to 1; 0 means all
	// requests.
	Probability float64

	// Delay is a pause, in real time, before the emulator handles the request.
	Delay time.Duration
	// Status is the HTTP status of an error that replaces the response; 0 means no error. The
	// error has the Code and the Message, in the format of the service.
	Status        int
	Code, Message string
	// RetryAfter is the value of the header Retry-After of the error, rounded up to seconds; 0
	// means no header.
	RetryAfter time.Duration
	// Drop closes the connection without a response.
	Drop bool
	// After runs the operation before Status or Drop replaces its response. So the operation uses
	// a refresh token, but the client does not receive the next refresh token.
	After bool
	// Truncate closes the connection in the middle of the response.
	Truncate bool
	// ContentType replaces the content type of the response; "" means no change.
	ContentType string
}

// AddFault adds a rule. If several rules match a request, the oldest rule applies. AddFault
// panics if f names an unknown operation or has a number that is out of range.
func (e *Emulator) AddFault(f Fault) {
	if err := e.checkFault(f); err != nil {
		panic(err)
	}
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	e.faults.rules = append(e.faults.rules, f)
}

// Faults returns the current rules, oldest first.
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

// checkFault returns an error if the rule is not valid.
func (e *Emulator) checkFault(f Fault) error {
	switch {
	case f.Probability < 0 || f.Probability > 1:
		return fmt.Errorf("fault: probability %v is not between 0 and 1", f.Probability)
	case f.Status != 0 && (f.Status < 200 || f.Status > 599):
		return fmt.Errorf("fault: status %d is not between 200 and 599", f.Status)
	case f.Count < 0 || f.Delay < 0 || f.RetryAfter < 0:
		return errors.New("fault: count, delay and retryAfter must not be negative")
	case f.RetryAfter > 0 && f.Status == 0:
		return errors.New("fault: retryAfter needs a status")
	}
	return e.checkOperation(f.Operation)
}

// serve runs the operation. If a fault matches the request, serve applies the fault. A response
// without a status means that the emulator has closed the connection.
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
		panic(http.ErrAbortHandler) // net/http closes the connection without a response
	case f.Truncate:
		e.writeHalf(w, c, out)
		panic(http.ErrAbortHandler)
	}
	return out
}

// fault returns the first rule for a request with these names, and reduces its count. It returns
// the zero Fault if no rule matches.
func (e *Emulator) fault(names []string) Fault {
	e.faults.mu.Lock()
	defer e.faults.mu.Unlock()
	for i, f := range e.faults.rules {
		if f.Operation != "" && !slices.Contains(names, f.Operation) {
			continue
		}
		if f.Probability > 0 && e.random.Float() >= f.Probability {
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

// apiError returns the error of the rule. The OAuth code is the name of the exception in snake
// case, as in the OIDC API. The internal error does not follow this rule.
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
		err.message = "HTTP " + strconv.Itoa(f.Status) + " by a fault of the emulator"
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

// writeHalf writes the first half of the response, with the Content-Length of the whole response.
func (e *Emulator) writeHalf(w http.ResponseWriter, c *call, out response) {
	length := len(out.body)
	out.body = out.body[:length/2]
	e.write(w, c, out, length)
	_ = http.NewResponseController(w).Flush() // without Flush, the panic would discard the half
}

// retryAfter adds the header Retry-After to a response if d is not 0.
func retryAfter(out response, d time.Duration) {
	if d > 0 {
		out.header.Set("Retry-After", strconv.FormatInt(int64((d+time.Second-1)/time.Second), 10))
	}
}

// SetRateLimits turns the request limits that AWS publishes on or off. It overrides
// Config.RateLimits.
func (e *Emulator) SetRateLimits(enabled bool) {
	e.limits.forced.Store(-1)
	if enabled {
		e.limits.forced.Store(1)
	}
}

// SetRetryAfter sets the header Retry-After of responses to requests above the limits, in whole
// seconds. If d is 0, responses have no such header, as in AWS.
func (e *Emulator) SetRetryAfter(d time.Duration) { e.limits.after.Store(int64(d)) }

// A limits holds token buckets. A bucket holds the requests of one second.
type limits struct {
	forced  atomic.Int32 // set by SetRateLimits: 1 on, -1 off, 0 not called
	after   atomic.Int64 // set by SetRetryAfter, in nanoseconds
	mu      sync.Mutex
	buckets *store[*bucket]
}

func (l *limits) on(c *Config) bool {
	forced := l.forced.Load()
	return forced > 0 || forced == 0 && c.RateLimits
}

// check returns an error response if the request exceeds the published limits (AWS's page of IAM
// Identity Center quotas). AWS publishes no limits for the portal. Authors of tools have measured
// a limit of 20 requests per second and token. A response without a status means that the request
// is within the limits.
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
	case "StartDeviceAuthorization", "CreateToken", "CreateTokenWithIAM":
		var in struct{ ClientID, GrantType string }
		_ = json.Unmarshal(c.body, &in) // the operation reports this error
		if op.name == "CreateTokenWithIAM" && in.GrantType == grantJWT {
			ok = l.take("assertions", 10, c.now)
			break
		}
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

// A bucket is a token bucket.
type bucket struct {
	left float64
	at   time.Time
}

// take reports whether a request is within the rate per second for the key.
func (l *limits) take(key string, rate float64, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.buckets == nil {
		l.buckets = newStore[*bucket](maxBuckets, nil)
	}
	b, ok := l.buckets.get(key, now)
	if !ok {
		b = &bucket{left: rate, at: now}
		l.buckets.put(key, b, now.Add(time.Hour)) // after an hour, the bucket would be full again
	}
	return b.take(rate, rate, now)
}

// take removes one request from the bucket. It returns false if the bucket is empty. The bucket
// gains tokens at the rate per second, up to its capacity.
func (b *bucket) take(capacity, rate float64, now time.Time) bool {
	b.left = min(capacity, b.left+rate*max(0, now.Sub(b.at).Seconds()))
	b.at = now
	if b.left < 1 {
		return false
	}
	b.left--
	return true
}
