// Retries: their number, their pauses, and the errors that they can help against.

package call

import (
	"context"
	"errors"
	"hash/crc32"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// The retry budget of the standard mode. If the service is down, the budget stops the retries of
// the client. A successful call gives back the cost of its retries.
const (
	budget      = 500
	costOfTry   = 5
	costOfWait  = 10 // after a timeout
	longestWait = 20 * time.Second
)

// send makes attempts until one succeeds or a retry would not help.
func (c *Client) send(ctx context.Context, svc *model.Service, op *model.Operation, req *request, t target) (*reply, error) {
	tries := c.MaxAttempts
	if tries <= 0 {
		tries = 3
		if c.RetryMode == "legacy" {
			tries = 5
		}
	}
	paid := 0
	limiter := c.rateLimiter()
	for try := 1; ; try++ {
		if err := limiter.wait(ctx); err != nil {
			return nil, err
		}
		r, err := c.attempt(ctx, svc, op, req, t, try)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			err = r.refusal(svc, op)
		}
		limiter.received(isThrottled(op, err))
		if err == nil && r.corrupt(svc) && try < tries && c.pay(costOfTry) {
			paid = costOfTry
			if err := c.sleep(ctx, c.pause(try)); err != nil {
				return nil, err
			}
			continue
		}
		if err == nil {
			c.refund(max(paid, 1))
			return r, nil
		}
		cost := price(err)
		if cost == 0 && retryHelps(svc, op, err) {
			cost = costOfTry
		}
		switch {
		case cost == 0 && c.RetryMode == "legacy":
			return nil, err
		case try >= tries:
			return nil, gaveUp(err, try-1)
		case cost == 0:
			return nil, err
		case !c.pay(cost):
			return nil, err
		}
		paid = cost
		if err := c.sleep(ctx, c.pause(try)); err != nil {
			return nil, err
		}
	}
}

// corrupt reports whether the checksum of DynamoDB says that the reply is corrupt. Like the AWS CLI, the
// client uses the last reply anyway.
func (r *reply) corrupt(svc *model.Service) bool {
	sum := r.header.Get("X-Amz-Crc32")
	return svc.Name == "dynamodb" && sum != "" && sum != strconv.FormatUint(uint64(crc32.ChecksumIEEE(r.body)), 10)
}

// rateLimiter returns the limiter of the mode "adaptive", or nil in other modes.
func (c *Client) rateLimiter() *limiter {
	if c.RetryMode != "adaptive" {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.limiter == nil {
		c.limiter = newLimiter(c.now, c.sleep)
	}
	return c.limiter
}

// gaveUp records in a [ServiceError] that this was the last attempt. Like the AWS CLI, the client does so
// for any error of the last attempt, except in the mode "legacy".
func gaveUp(err error, retries int) error {
	var refused *ServiceError
	if errors.As(err, &refused) {
		refused.GaveUp, refused.Retries = true, retries
	}
	return err
}

// retryHelps reports whether the model of the service says that the same request may succeed later.
func retryHelps(svc *model.Service, op *model.Operation, err error) bool {
	var refused *ServiceError
	if !errors.As(err, &refused) {
		return false
	}
	if svc.Name == "sts" && refused.Code == "IDPCommunicationError" {
		return true
	}
	shape := errorShape(op, refused.Code)
	return shape != nil && shape.Retry != model.NoRetry
}

// isThrottled reports whether err is a throttling error.
func isThrottled(op *model.Operation, err error) bool {
	var refused *ServiceError
	if !errors.As(err, &refused) {
		return false
	}
	shape := errorShape(op, refused.Code)
	return slices.Contains(throttling, refused.Code) || shape != nil && shape.Retry == model.Throttled
}

// price returns the cost of a retry after err. 0 means that a retry would not help.
func price(err error) int {
	var (
		failed  *idcenter.ConnectError
		refused *ServiceError
		reply   *idcenter.ReplyError
	)
	switch {
	case errors.As(err, &failed) && failed.Failure == idcenter.TLSFailed:
		return 0
	case errors.As(err, &failed) && (failed.Failure == idcenter.ConnectTimeout || failed.Failure == idcenter.ReadTimeout):
		return costOfWait
	case errors.As(err, &failed):
		return costOfTry
	case errors.As(err, &refused) && (temporary(refused.Status) || slices.Contains(transient, refused.Code) || slices.Contains(throttling, refused.Code)):
		return costOfTry
	case errors.As(err, &reply) && (temporary(reply.Status) || reply.Status == http.StatusTooManyRequests):
		return costOfTry
	}
	return 0
}

func temporary(status int) bool {
	return status == 500 || status == 502 || status == 503 || status == 504
}

// transient and throttling list error codes of all services.
var (
	transient  = []string{"RequestTimeout", "RequestTimeoutException"}
	throttling = []string{
		"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
		"ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded",
		"BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "PriorRequestNotComplete", "EC2ThrottledException",
	}
)

// pay takes the cost of a retry from the budget. It returns false if the budget is too small.
func (c *Client) pay(cost int) bool {
	if c.RetryMode == "legacy" {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.spent+cost > budget {
		return false
	}
	c.spent += cost
	return true
}

func (c *Client) refund(cost int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spent = max(0, c.spent-cost)
}

// pause returns the pause after attempt number try.
func (c *Client) pause(try int) time.Duration {
	random := c.Random
	if random == nil {
		random = rand.Float64 // pauses need no secure random numbers
	}
	longest := time.Duration(math.Pow(2, float64(min(try, 16)-1))) * time.Second
	if c.RetryMode != "legacy" {
		longest = min(longest, longestWait)
	}
	return time.Duration(random() * float64(longest))
}

func (c *Client) sleep(ctx context.Context, d time.Duration) error {
	if c.Sleep != nil {
		return c.Sleep(ctx, d)
	}
	return sleep.For(ctx, d)
}

// The rest of this file is the retry mode "adaptive": after a throttling error, the client limits the
// rate of its own requests. The rules and the numbers are botocore's (botocore/retries/adaptive.py,
// throttling.py and bucket.py).

// A limiter limits the rate of a client's requests. All times are seconds since the start.
type limiter struct {
	now   func() time.Time
	sleep func(context.Context, time.Duration) error

	mu      sync.Mutex
	start   time.Time // a full second
	limits  bool      // the service has throttled a request
	bucket  bucket
	clocker clocker

	// After a throttling error, the rate falls to a part of the rate of that time, and then follows a
	// cubic curve, which is flat near the rate of that time.
	atError, zero float64 // the rate of that time, and the time from the error until the curve reaches it
	failed        float64 // the time of the last throttling error
}

const (
	curve         = 0.4 // the steepness of the cubic curve
	afterError    = 0.7 // the part of the rate that is left after a throttling error
	smoothing     = 0.8 // the weight of the latest measurement
	period        = 0.5 // the shortest time of a measurement
	slowestRate   = 0.5 // requests per second
	fastestGrowth = 2   // the largest rate, in relation to the measured rate
)

func newLimiter(now func() time.Time, sleep func(context.Context, time.Duration) error) *limiter {
	l := &limiter{now: now, sleep: sleep, start: now().Truncate(time.Second)}
	l.failed = l.seconds()
	l.bucket = bucket{last: l.seconds()}
	l.bucket.setRate(l.seconds(), 1)
	return l
}

func (l *limiter) seconds() float64 { return l.now().Sub(l.start).Seconds() }

// wait waits until the client may send a request. A nil limiter does nothing.
func (l *limiter) wait(ctx context.Context) error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.limits {
		return nil
	}
	for now := l.seconds(); ; now = max(now, l.seconds()) {
		l.bucket.fill(now)
		missing := 1 - l.bucket.tokens
		if missing <= 0 {
			l.bucket.tokens--
			return nil
		}
		pause := time.Duration(math.Ceil(missing / l.bucket.rate * float64(time.Second)))
		l.mu.Unlock()
		err := l.sleep(ctx, pause)
		l.mu.Lock()
		if err != nil {
			return err
		}
		now += pause.Seconds() // also if the clock does not say so
	}
}

// received adapts the rate after the reply to a request. A nil limiter does nothing.
func (l *limiter) received(throttled bool) {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.seconds()
	measured := l.clocker.record(now)
	var rate float64
	if throttled {
		rate = measured
		if l.limits {
			rate = min(measured, l.bucket.rate)
		}
		l.limits, l.atError, l.failed = true, rate, now
		l.zero = math.Cbrt(rate * (1 - afterError) / curve)
		rate *= afterError
	} else {
		since := now - l.failed - l.zero
		rate = curve*since*since*since + l.atError
	}
	l.bucket.setRate(now, min(rate, fastestGrowth*measured))
}

// A bucket fills with tokens at a rate. Each request takes a token.
type bucket struct {
	rate, size, tokens float64
	last               float64 // the time of the last change
}

func (b *bucket) fill(now float64) {
	if now <= b.last {
		return // someone has set the clock back
	}
	b.tokens = min(b.size, b.tokens+(now-b.last)*b.rate)
	b.last = now
}

func (b *bucket) setRate(now, rate float64) {
	b.fill(now)
	b.rate, b.size = max(rate, slowestRate), max(rate, 1)
	b.tokens = min(b.tokens, b.size)
}

// A clocker measures the rate of requests.
type clocker struct {
	rate  float64
	begun float64 // when the current measurement began
	count float64
}

func (c *clocker) record(now float64) float64 {
	c.count++
	if current := math.Floor(now/period) * period; current > c.begun {
		c.rate = c.count/(current-c.begun)*smoothing + c.rate*(1-smoothing)
		c.count, c.begun = 0, current
	}
	return c.rate
}
