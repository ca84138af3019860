// The tries of a call: how many, how long apart, and which errors are worth one.

package call

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/sleep"
)

// The standard mode's budget for tries: a client whose service is down stops to
// press on it. What further tries cost is given back when one succeeds.
const (
	budget      = 500
	costOfTry   = 5
	costOfWait  = 10 // after a time-out
	longestWait = 20 * time.Second
)

// send tries until a try succeeds or another try would not help.
func (c *Client) send(ctx context.Context, svc *model.Service, op *model.Operation, req *request, t target) (*reply, error) {
	tries := c.MaxAttempts
	if tries <= 0 {
		tries = 3
		if c.RetryMode == "legacy" {
			tries = 5
		}
	}
	paid := 0
	for try := 1; ; try++ {
		r, err := c.attempt(ctx, svc, op, req, t, try)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if err == nil {
			err = r.refusal(svc, op)
		}
		if err == nil {
			c.refund(max(paid, 1))
			return r, nil
		}
		cost := price(err)
		switch {
		case cost == 0:
			return nil, err
		case try >= tries:
			return nil, gaveUp(err, try-1)
		case !c.pay(cost):
			return nil, err
		}
		paid = cost
		if err := c.sleep(ctx, c.pause(try)); err != nil {
			return nil, err
		}
	}
}

// gaveUp notes in a refusal how often the call was tried again.
func gaveUp(err error, retries int) error {
	var refused *ServiceError
	if errors.As(err, &refused) {
		refused.Retries = retries
	}
	return err
}

// price returns what another try costs of the budget. 0 means not to try again.
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
	case errors.As(err, &refused) && (temporary(refused.Status) || slices.Contains(retryable, refused.Code)):
		return costOfTry
	case errors.As(err, &reply) && (temporary(reply.Status) || reply.Status == http.StatusTooManyRequests):
		return costOfTry
	}
	return 0
}

func temporary(status int) bool {
	return status == 500 || status == 502 || status == 503 || status == 504
}

// retryable lists transient error codes: timeouts and throttling.
var retryable = []string{
	"RequestTimeout", "RequestTimeoutException", "PriorRequestNotComplete",
	"Throttling", "ThrottlingException", "ThrottledException", "RequestThrottledException", "TooManyRequestsException",
	"ProvisionedThroughputExceededException", "TransactionInProgressException", "RequestLimitExceeded",
	"BandwidthLimitExceeded", "LimitExceededException", "RequestThrottled", "SlowDown", "EC2ThrottledException",
}

// pay takes the cost of a try from the budget, if there is as much.
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

// pause is the time before the try after that number.
func (c *Client) pause(try int) time.Duration {
	random := c.Random
	if random == nil {
		random = rand.Float64 // to spread callers, not to keep a secret
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
