package idcenter

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sso"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// This file has the calls for a listing of a whole organization. The caller limits the rate of
// its requests, so these calls do not repeat a request that the service refuses with status 429.
// They repeat a request after a network error and status 5xx, like the other calls.

// A ThrottledError is a [ServiceError] with status 429. It matches [ErrTemporary].
type ThrottledError struct {
	*ServiceError
	RetryAfter time.Duration // from the header Retry-After; 0 if the service sent no such header
}

func (e *ThrottledError) Unwrap() error { return e.ServiceError }

// AccountsPage returns a page of at most 100 accounts. next is the token of the page, or "" for
// the first page. following is the token of the next page; "" means that there is none.
// [ErrUnauthorized] means that the access token is not valid. The error for too many requests is
// a [ThrottledError].
func (c *Client) AccountsPage(ctx context.Context, accessToken secret.String, next string) (page []Account, following string, err error) {
	w := c.listing("ListAccounts", accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	out, err := c.portal.ListAccounts(budget, &sso.ListAccountsInput{
		AccessToken: new(accessToken.Reveal()), MaxResults: new(int32(pageSize)), NextToken: optional(next),
	}, w.portal)
	if err := w.listed(ctx, err); err != nil {
		return nil, "", err
	}
	for _, a := range out.AccountList {
		page = append(page, Account{ID: value(a.AccountId), Name: value(a.AccountName), Email: value(a.EmailAddress)})
	}
	return page, value(out.NextToken), w.progress(next, value(out.NextToken))
}

// RolesPage returns a page of at most 100 names of the user's roles in an account. Tokens and
// errors are as for [Client.AccountsPage]. [ErrForbidden] means that the user has no access to the
// account.
func (c *Client) RolesPage(ctx context.Context, accessToken secret.String, accountID, next string) (names []string, following string, err error) {
	w := c.listing("ListAccountRoles", accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	out, err := c.portal.ListAccountRoles(budget, &sso.ListAccountRolesInput{
		AccessToken: new(accessToken.Reveal()), AccountId: &accountID, MaxResults: new(int32(pageSize)), NextToken: optional(next),
	}, w.portal)
	if err := w.listed(ctx, err); err != nil {
		return nil, "", err
	}
	for _, r := range out.RoleList {
		names = append(names, value(r.RoleName))
	}
	return names, value(out.NextToken), w.progress(next, value(out.NextToken))
}

// listing starts a call that does not repeat a request with status 429.
func (c *Client) listing(operation string, token secret.String) *wire {
	w := c.wire(operation, c.portURL, token)
	throttled := retry.IsErrorRetryableFunc(func(error) aws.Ternary {
		if w.reply != nil && w.reply.status == http.StatusTooManyRequests {
			return aws.FalseTernary
		}
		return aws.UnknownTernary
	})
	w.retryer = retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = c.attempts, c.pause
		o.RateLimiter = ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{throttled, retry.IsErrorRetryableFunc(untrusted)}, o.Retryables...)
	})
	return w
}

// listed converts the result of a call, like [wire.result].
func (w *wire) listed(ctx context.Context, err error) error {
	err = w.result(ctx, err)
	var refusal *ServiceError
	if errors.As(err, &refusal) && refusal.Status == http.StatusTooManyRequests {
		return &ThrottledError{refusal, retryAfter(w.reply.header.Get("Retry-After"), w.now())}
	}
	return err
}

// progress returns an error if a page names itself as the next page.
func (w *wire) progress(next, following string) error {
	if following != "" && following == next {
		return w.broken("the next page is the same page")
	}
	return nil
}

// retryAfter parses the header Retry-After: seconds or a date (RFC 9110, section 10.2.3). It
// returns 0 for any other value.
func retryAfter(header string, now time.Time) time.Duration {
	if n, err := strconv.Atoi(header); err == nil && n >= 0 {
		return min(time.Duration(n), 1<<20) * time.Second
	}
	if date, err := http.ParseTime(header); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}
