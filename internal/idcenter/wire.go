package idcenter

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A wire is the HTTP client that the SDK sees during one call: it watches the
// tries, because the SDK's errors lose what the AWS CLI shows (the OAuth members of
// errors that the SDK does not know, and whether it was the connecting that took too
// long) and show what must not be shown (parts of replies).
type wire struct {
	client    *http.Client
	now       func() time.Time
	log       *slog.Logger
	operation string
	endpoint  string          // the base URL
	secrets   []secret.String // must not come back in a text of the service
	retryer   aws.Retryer
	spending  *spending // nil for a call that can be broken off at any time

	tries int
	reply *reply        // of the last try that brought one or failed
	fail  *ConnectError // why the last try brought none
}

// wire begins a call. The secrets are those that it sends.
func (c *Client) wire(operation, endpoint string, secrets ...secret.String) *wire {
	return &wire{
		client: c.http, now: c.now, log: c.log, operation: operation, endpoint: endpoint, secrets: secrets,
		retryer: retryer(c.attempts, c.pause),
	}
}

func (w *wire) oidc(o *ssooidc.Options) { o.HTTPClient, o.Retryer = w, w.retryer }

func (w *wire) portal(o *sso.Options) { o.HTTPClient, o.Retryer = w, w.retryer }

// maxReply is the size in bytes above which a reply is not read to its end; a
// page of 100 accounts has some 20 kB.
const maxReply = 4 << 20

// Do makes one try and reads the reply to its end, so that a connection that
// breaks in the middle of it is a failed try as any other.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	w.tries++
	w.reply = nil
	req.Header.Set("Accept-Encoding", "identity") // what a small body unpacks to cannot be known
	start := time.Now()
	resp, fail := send(w.client, w.spending.watch(req))
	var body []byte
	if fail == nil {
		var err error
		if body, err = io.ReadAll(io.LimitReader(resp.Body, maxReply+1)); err != nil {
			fail = connectError(w.client, req, err, true)
		}
		_ = resp.Body.Close()
	}
	if w.fail = fail; fail != nil {
		w.debug(req, start, slog.String("error", fail.Error()))
		return nil, fail
	}
	w.reply = &reply{status: resp.StatusCode, header: resp.Header, body: body, clock: ClockOf(resp.Header, w.now(), time.Since(start))}
	attrs := []slog.Attr{slog.Int("status", resp.StatusCode), slog.String("request_id", w.reply.requestID(w.secrets))}
	if clock := w.reply.clock; !clock.Date.IsZero() {
		attrs = append(attrs, slog.Duration("clock_ahead", clock.Ahead))
	}
	w.debug(req, start, attrs...)
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// debug logs a try. The URL goes without its query.
func (w *wire) debug(req *http.Request, start time.Time, attrs ...slog.Attr) {
	attrs = append([]slog.Attr{
		slog.String("operation", w.operation), slog.Int("try", w.tries),
		slog.String("endpoint", req.URL.Scheme+"://"+req.URL.Host+req.URL.Path),
		slog.Duration("duration", time.Since(start)),
	}, attrs...)
	w.log.LogAttrs(req.Context(), slog.LevelDebug, "call", attrs...)
}

// result turns the SDK's result of the call into ours. ctx is the caller's,
// without the budget of the call.
func (w *wire) result(ctx context.Context, err error) error {
	if err == nil {
		if reason := w.reply.broken(); reason != "" {
			return w.broken(reason)
		}
		return nil
	}
	var exhausted *retry.MaxAttemptsError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case w.fail != nil:
		return w.fail
	case w.reply == nil:
		return fmt.Errorf("%s: %w", w.operation, err) // nothing was sent
	case w.reply.status < 400:
		reason := w.reply.broken()
		if reason == "" {
			reason = "its JSON has members of another type"
		}
		return w.broken(reason)
	case len(w.reply.body) > 0 && w.reply.broken() != "":
		return w.broken(w.reply.broken())
	}
	refusal := w.reply.refusal(w.operation, w.secrets)
	if errors.As(err, &exhausted) {
		refusal.Retries = exhausted.Attempt - 1
	}
	return refusal
}

// broken is the error for a reply that the service does not send.
func (w *wire) broken(reason string) error {
	return &ReplyError{Operation: w.operation, URL: w.endpoint, Status: w.reply.status, Reason: reason}
}

// send makes a request and returns why it failed.
func send(client *http.Client, req *http.Request) (*http.Response, *ConnectError) {
	var connected atomic.Bool
	ctx := httptrace.WithClientTrace(req.Context(), &httptrace.ClientTrace{
		GotConn: func(httptrace.GotConnInfo) { connected.Store(true) },
	})
	resp, err := client.Do(req.WithContext(ctx))
	if err != nil {
		return nil, connectError(client, req, err, connected.Load())
	}
	return resp, nil
}

// A Doer makes the requests of another AWS service's client. Its errors are
// [ConnectError]s, in the AWS CLI's words.
type Doer struct{ Client *http.Client }

// Do makes one request.
func (d Doer) Do(req *http.Request) (*http.Response, error) {
	resp, fail := send(d.Client, req)
	if fail != nil {
		return nil, fail
	}
	return resp, nil
}

// retryer returns the SDK's standard retryer, which in addition tries again after every
// 429 and never after an untrusted certificate. It has no quota: the budget of a call is
// time.
func retryer(attempts int, maxPause time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = attempts, maxPause
		o.RateLimiter = ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(hopeless)}, o.Retryables...)
		o.Retryables = append(o.Retryables, retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}})
	})
}

// hopeless stops the tries on an endpoint whose certificate is not trusted.
func hopeless(err error) aws.Ternary {
	var failed *ConnectError
	if errors.As(err, &failed) && failed.Failure == TLSFailed {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}
