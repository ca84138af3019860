package idcenter

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// This file makes one call of a service: it repeats attempts, and converts the reply or the
// error.

// A wire is the HTTP client that the SDK uses for one call. It records the attempts, because
// the SDK's errors lack details that the AWS CLI shows: OAuth members of unknown errors, and
// connection timeouts. The SDK's errors may also contain parts of replies, and so secrets.
type wire struct {
	client    *http.Client
	now       func() time.Time
	log       *slog.Logger
	operation string
	endpoint  string          // the base URL
	secrets   []secret.String // to remove from texts of the service
	mark      string          // see Options.AgentMark
	retryer   aws.Retryer
	spending  *spendingCall // nil if the call can be cancelled at any time

	tries int
	reply *reply        // of the last attempt; nil if it failed
	fail  *ConnectError // why the last attempt got no reply
}

// wire starts a call. secrets are the secrets in its request.
func (c *Client) wire(operation, endpoint string, secrets ...secret.String) *wire {
	return &wire{
		client: c.http, now: c.now, log: c.log, operation: operation, endpoint: endpoint, secrets: secrets, mark: c.mark,
		retryer: retryer(c.attempts, c.pause),
	}
}

func (w *wire) oidc(o *ssooidc.Options) { o.HTTPClient, o.Retryer = w, w.retryer }

func (w *wire) portal(o *sso.Options) { o.HTTPClient, o.Retryer = w, w.retryer }

// Do makes one attempt and reads the whole reply. So if the connection breaks in the middle
// of the reply, the SDK repeats the attempt.
func (w *wire) Do(req *http.Request) (*http.Response, error) {
	w.tries++
	w.reply = nil
	req.Header.Set("Accept-Encoding", "identity") // a small compressed body could unpack to a huge body
	if w.mark != "" {
		req.Header.Set("User-Agent", req.UserAgent()+" "+w.mark)
	}
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

// maxReply limits the size of a reply in bytes. A page of 100 accounts has about 20 kB.
const maxReply = 4 << 20

// send makes a request.
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

// debug logs an attempt. It logs the URL without the query.
func (w *wire) debug(req *http.Request, start time.Time, attrs ...slog.Attr) {
	attrs = append([]slog.Attr{
		slog.String("operation", w.operation), slog.Int("try", w.tries),
		slog.String("endpoint", req.URL.Scheme+"://"+req.URL.Host+req.URL.Path),
		slog.Duration("duration", time.Since(start)),
	}, attrs...)
	w.log.LogAttrs(req.Context(), slog.LevelDebug, "call", attrs...)
}

// result converts the SDK's result of the call. ctx is the context of the caller, without the
// time limit of the call.
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
			reason = "JSON with members of the wrong type"
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

// broken returns the error for a reply that the service does not send.
func (w *wire) broken(reason string) error {
	return &ReplyError{Operation: w.operation, URL: w.endpoint, Status: w.reply.status, Reason: reason}
}

// A reply is the reply to one attempt.
type reply struct {
	status int
	header http.Header
	body   []byte
	clock  Clock
}

// broken returns why the reply cannot come from the service, or "" if the reply may come from
// the service. Both services reply with a JSON object, or with an empty body to Logout. The
// content type may be missing or plain text.
func (r *reply) broken() string {
	kind, _, _ := mime.ParseMediaType(r.header.Get("Content-Type"))
	body := bytes.TrimSpace(r.body)
	switch {
	case r.status >= 300 && r.status < 400:
		return "a redirect"
	case len(r.body) > maxReply:
		return "more than 4 MB"
	case len(body) == 0:
		return ""
	case kind == "text/html" || strings.HasSuffix(kind, "xml"):
		return kind + " instead of JSON"
	case body[0] != '{' || !json.Valid(body):
		return "no complete JSON object"
	}
	return ""
}

// requestID returns the request ID of the service, or "".
func (r *reply) requestID(secrets []secret.String) string {
	for _, name := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id", "Requestid"} {
		if id := r.header.Get(name); id != "" {
			return clean(Redact(id, secrets))
		}
	}
	return ""
}

// refusal reads the reply as an error of operation, like the AWS CLI. The code comes from a
// header, from a member of the body, or from the status. refusal removes the secrets from all
// texts.
func (r *reply) refusal(operation string, secrets []secret.String) *ServiceError {
	members := map[string]any{}
	_ = json.Unmarshal(r.body, &members) // no object: no members
	text := func(names ...string) string {
		for _, name := range names {
			if s, ok := members[name].(string); ok && s != "" {
				return clean(Redact(s, secrets))
			}
		}
		return ""
	}
	e := &ServiceError{Operation: operation, Status: r.status, RequestID: r.requestID(secrets), Message: text("message", "Message")}
	for _, code := range []string{clean(Redact(r.header.Get("X-Amzn-Errortype"), secrets)), text("code", "Code"), text("__type")} {
		code = code[strings.LastIndexByte(code, '#')+1:] // "com.amazonaws.switchboard.portal#ForbiddenException"
		code, _, _ = strings.Cut(code, ":")              // "ForbiddenException:http://internal.amazon.com/"
		if e.Code == "" {
			e.Code = code
		}
	}
	if e.Code == "" {
		e.Code = strconv.Itoa(r.status)
	}
	for _, name := range []string{"error", "reason", "error_description"} {
		if s := text(name); s != "" {
			e.Details = append(e.Details, [2]string{name, s})
		}
	}
	return e
}

// A spendingCall watches a call that sends a refresh token, which may work only once. The caller
// can cancel the call until the first byte is sent. After that, the call must continue,
// because the reply has the new token.
type spendingCall struct {
	mu            sync.Mutex
	sent, stopped bool
}

// begin returns the context of the call. Until something is sent, this context ends with ctx.
// In any case it ends after limit, or at the deadline of ctx.
func (s *spendingCall) begin(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
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

// stop cancels the call if nothing was sent. It reports whether it cancelled the call.
func (s *spendingCall) stop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = !s.sent
	return s.stopped
}

// send must be called before something is sent.
func (s *spendingCall) send() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return context.Canceled
	}
	s.sent = true
	return nil
}

func (s *spendingCall) done() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// watch returns a copy of the request. When the client sends the body, the body calls s.send. If s
// is nil, watch returns req unchanged.
func (s *spendingCall) watch(req *http.Request) *http.Request {
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
	spending *spendingCall
}

func (b *spentBody) Read(p []byte) (int, error) {
	if err := b.spending.send(); err != nil {
		return 0, err
	}
	return b.ReadCloser.Read(p)
}

// maxSecret limits the size of a token or key in bytes, so that the cache file stays
// readable. AWS's tokens and keys have up to about 2,000 bytes.
const maxSecret = 32 << 10

// invalidMember returns why a token or key of a reply is invalid, or "". members has names
// and values in turn. A stored value is later sent in a header, so it must not have control
// characters.
func invalidMember(members ...string) string {
	for i := 0; i < len(members); i += 2 {
		name, value := members[i], members[i+1]
		switch {
		case strings.ContainsFunc(value, unicode.IsControl):
			return "control characters in " + name
		case len(value) > maxSecret:
			return name + " of " + strconv.Itoa(len(value)) + " bytes"
		}
	}
	return ""
}

// Redact removes the secrets from a text of a service. It keeps secrets of fewer than 8
// characters, because they may be ordinary words.
func Redact(s string, secrets []secret.String) string {
	for _, hidden := range secrets {
		if v := hidden.Reveal(); len(v) >= 8 {
			s = strings.ReplaceAll(s, v, "[redacted]")
		}
	}
	return s
}

// A Clock compares the service's clock with this machine's clock at the time of a reply. A
// Clock is zero if the reply had no date.
type Clock struct {
	Date  time.Time     // the service's time of the reply
	Ahead time.Duration // how far this machine's clock was ahead; negative if it was behind
}

// signedWithin is the largest clock difference at which AWS accepts a signed request: 5
// minutes. For S3, the limit is 15 minutes.
const signedWithin = 5 * time.Minute

// Wrong reports whether the clock is so wrong that AWS rejects signed requests.
func (c Clock) Wrong() bool { return c.Ahead.Abs() > signedWithin }

// String returns the difference for messages: "1h0m fast".
func (c Clock) String() string {
	direction := "fast"
	if c.Ahead < 0 {
		direction = "slow"
	}
	d := c.Ahead.Abs().Round(time.Minute)
	span := fmt.Sprintf("%dm", int(d.Minutes()))
	switch hours := int(d.Hours()); {
	case hours >= 48:
		span = fmt.Sprintf("%d days", (hours+12)/24)
	case hours > 0:
		span = fmt.Sprintf("%dh%dm", hours, int(d.Minutes())%60)
	}
	return span + " " + direction
}

// ClockOf reads the Date of a reply (RFC 9110, section 6.6.1). received is the local time
// when the reply arrived. took is the duration of the request. ClockOf assumes that the
// service replied in the middle of the request. The date has whole seconds, rounded down.
func ClockOf(h http.Header, received time.Time, took time.Duration) Clock {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Clock{}
	}
	return Clock{Date: date, Ahead: received.Add(-took / 2).Sub(date.Add(time.Second / 2)).Round(time.Second)}
}

// maxText is the number of characters of a server's text that the client shows.
const maxText = 500

// clean makes a server's text safe for a terminal. It removes control characters and invisible
// formatting characters, such as escape sequences and right-to-left marks. It replaces line
// breaks and tabs by spaces, and cuts the text after maxText characters.
func clean(s string) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case r == '\n' || r == '\t' || r == '\r':
			r = ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029':
			continue
		}
		if n++; n > maxText {
			return strings.TrimSpace(b.String()) + "…"
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

// A Doer makes requests for clients of other AWS services. Its errors are [ConnectError]s, with
// the AWS CLI's texts.
type Doer struct{ Client *http.Client }

// Do makes one request.
func (d Doer) Do(req *http.Request) (*http.Response, error) {
	resp, fail := send(d.Client, req)
	if fail != nil {
		return nil, fail
	}
	return resp, nil
}

// retryer returns the SDK's standard retryer with two changes: it retries after every 429,
// and never after an untrusted certificate. It has no retry quota, because each call has a
// time limit.
func retryer(attempts int, maxPause time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = attempts, maxPause
		o.RateLimiter = ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(untrusted)}, o.Retryables...)
		o.Retryables = append(o.Retryables, retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}})
	})
}

// untrusted stops the retries if the certificate of the endpoint is not trusted.
func untrusted(err error) aws.Ternary {
	var failed *ConnectError
	if errors.As(err, &failed) && failed.Failure == TLSFailed {
		return aws.FalseTernary
	}
	return aws.UnknownTernary
}
