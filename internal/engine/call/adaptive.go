// The retry mode "adaptive": after a throttling error, the client limits the rate of its own requests.
// The rules and the numbers are botocore's (botocore/retries/adaptive.py, throttling.py and bucket.py).

package call

import (
	"context"
	"math"
	"sync"
	"time"
)

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
		rate = curve*math.Pow(now-l.failed-l.zero, 3) + l.atError
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
