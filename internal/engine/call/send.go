// One attempt: sign the request, send it, and read the reply within the limits for time and size.

package call

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cli/lanyard/internal/engine/cbor"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/engine/sigv4a"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// attempt makes one attempt.
func (c *Client) attempt(ctx context.Context, svc *model.Service, op *model.Operation, r *request, t target, try int) (*reply, error) {
	var err error
	if svc.SignatureV2 && !op.Unsigned {
		if r, err = c.signedV2(r, t); err != nil {
			return nil, fmt.Errorf("%s: sign the request: %w", op.Name, err)
		}
	}
	req, err := r.http(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name, err)
	}
	if c.UserAgent != "" {
		req.Header.Set("User-Agent", c.UserAgent)
	}
	if op.Unsigned && r.trailer != "" {
		req.Header.Set("X-Amz-Content-Sha256", trailerHash)
	}
	if !op.Unsigned && !svc.SignatureV2 {
		if err := c.sign(ctx, svc, op, req, r, t); err != nil {
			if t.session != "" {
				return nil, err
			}
			return nil, fmt.Errorf("%s: sign the request: %w", op.Name, err)
		}
	}
	start := time.Now()
	answer, err := c.exchange(req, svc, op, t.base, r.save)
	attrs := []slog.Attr{
		slog.String("operation", op.Name), slog.Int("try", try),
		slog.String("endpoint", req.URL.Scheme+"://"+req.URL.Host+req.URL.Path), slog.Duration("duration", time.Since(start)),
	}
	if err != nil {
		attrs = append(attrs, slog.String("error", err.Error()))
	} else {
		answer.clock = idcenter.ClockOf(answer.header, c.now(), time.Since(start))
		attrs = append(attrs, slog.Int("status", answer.status), slog.String("request_id", answer.requestID()))
		if !answer.clock.Date.IsZero() {
			attrs = append(attrs, slog.Duration("clock_ahead", answer.clock.Ahead))
		}
	}
	c.log().LogAttrs(ctx, slog.LevelDebug, "call", attrs...)
	return answer, err
}

// sign signs a request with SigV4 or SigV4A.
func (c *Client) sign(ctx context.Context, svc *model.Service, op *model.Operation, req *http.Request, r *request, t target) error {
	if !c.Bearer.IsZero() {
		req.Header.Set("Authorization", "Bearer "+c.Bearer.Reveal())
		return nil
	}
	creds := c.keys()
	if t.session != "" {
		var err error
		if creds, err = c.sessionFor(ctx, svc, t.session); err != nil {
			return err
		}
		req.Header.Set("X-Amz-S3session-Token", creds.SessionToken.Reveal())
		creds.SessionToken = secret.String{} // S3 Express knows no other header for the token
	}
	if creds.AccessKeyID == "" {
		return errors.New("no credentials")
	}
	hash, err := r.signedHash(svc, op, req)
	if err != nil {
		return err
	}
	if isS3(svc) || op.UnsignedBody {
		req.Header.Set("X-Amz-Content-Sha256", hash)
	}
	keys := aws.Credentials{
		AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey.Reveal(), SessionToken: creds.SessionToken.Reveal(),
	}
	if t.regionSet != "" {
		return sigv4a.Sign(req, sigv4a.Options{
			AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey, SessionToken: creds.SessionToken,
			Service: cmp.Or(t.signingName, svc.SigningName), RegionSet: t.regionSet, PayloadHash: hash, EscapePath: !isS3(svc), Now: c.now(),
		})
	}
	query := req.URL.RawQuery
	defer func() { req.URL.RawQuery = query }() // the signer sorts the values of a parameter; the signature is the same
	return v4.NewSigner().SignHTTP(ctx, keys, req, hash, cmp.Or(t.signingName, svc.SigningName), t.region, c.now(), func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = isS3(svc) // S3 keys are escaped only once
	})
}

// signedHash returns the hash of the body for the signature, or the word for a body that is not signed. The
// rules are the AWS CLI's.
func (r *request) signedHash(svc *model.Service, op *model.Operation, req *http.Request) (string, error) {
	const unsigned = "UNSIGNED-PAYLOAD"
	secure := req.URL.Scheme == "https"
	switch {
	case isS3(svc) && r.trailer != "":
		return trailerHash, nil
	case isS3(svc) && secure && op.Stream() != nil && req.Header.Get("Content-Md5") != "":
		return unsigned, nil
	case op.UnsignedBody && !isS3(svc):
		return unsigned, nil
	}
	return r.sha256()
}

// trailerHash stands for the hash of a body with a checksum behind it.
const trailerHash = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"

// isS3 reports whether S3's variant of SigV4 signs the requests of a service.
func isS3(svc *model.Service) bool { return svc.Name == "s3api" || svc.Name == "s3control" }

// exchange sends a request and reads the reply to its end. If save is not nil, the body of a reply
// without an error goes to the file of save.
func (c *Client) exchange(req *http.Request, svc *model.Service, op *model.Operation, endpoint string, save *saving) (*reply, error) {
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	// Like the AWS CLI, ask for no compression: a small compressed body could unpack to a huge
	// body. The header is not signed, because proxies change it.
	req.Header.Set("Accept-Encoding", "identity")
	req, w, stop := watched(req, cmp.Or(client.Timeout, readTime))
	defer stop()
	if req.Body != nil && req.Body != http.NoBody {
		req.Body = &watchedBody{req.Body, w}
	}
	client.Timeout = 0 // the watch limits the time for each part of the reply
	// A redirect would send the signature to another host.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := idcenter.Doer{Client: &client}.Do(req)
	if err != nil {
		if context.Cause(req.Context()) == errSilent { //nolint:errorlint // the cause is never wrapped
			err = &idcenter.ConnectError{URL: req.URL.Redacted(), Failure: idcenter.ReadTimeout, Err: err}
		}
		return nil, err
	}
	defer resp.Body.Close()
	signed := c.keys()
	r := &reply{endpoint: endpoint, status: resp.StatusCode, header: resp.Header, secrets: []secret.String{
		signed.SecretAccessKey, signed.SessionToken, secret.New(req.Header.Get("X-Amz-Sso_bearer_token")),
		secret.New(req.Header.Get("X-Amz-S3session-Token")), c.Bearer,
	}}
	if save != nil && r.status >= 200 && r.status < 300 {
		if err := r.save(op, w, resp.Body, save); err != nil {
			return nil, err
		}
		return r, nil
	}
	r.body, err = w.receive(resp.Body, maxReply(svc))
	if err == nil && svc.Protocol == model.CBOR {
		text, invalid := cbor.ToJSON(r.body)
		switch {
		case invalid == nil:
			r.body = text
		case r.status < http.StatusInternalServerError: // otherwise a proxy may have sent the reply
			return nil, r.broken(op, invalid)
		}
	}
	switch {
	case err == nil:
		return r, nil
	case errors.Is(err, errSlow), errors.Is(err, errLong), errors.Is(err, errTooLong):
		return nil, r.broken(op, err) // a retry would not help
	}
	fail := &idcenter.ConnectError{URL: req.URL.Redacted(), Failure: idcenter.ConnectionClosed, Err: err}
	if context.Cause(req.Context()) == errSilent { //nolint:errorlint // the cause is never wrapped
		fail.Failure = idcenter.ReadTimeout
	}
	return nil, fail
}

// A reply is the reply of a service to one attempt.
type reply struct {
	endpoint string
	status   int
	header   http.Header
	body     []byte
	saved    bool // the body is in a file
	clock    idcenter.Clock
	secrets  []secret.String // the secrets of the request, which texts of the reply must not contain
}

// printable returns a text of the service in a form that is safe to print. It removes the secrets
// of the request. It also puts the text on one line, so that the text cannot look like other
// messages.
func (r *reply) printable(s string) string {
	return strings.Join(strings.Fields(idcenter.Redact(s, r.secrets)), " ")
}

// broken returns the error for an invalid reply.
func (r *reply) broken(op *model.Operation, reason error) error {
	text := r.printable(reason.Error())
	if coding := r.header.Get("Content-Encoding"); coding != "" {
		text = "encoded as " + r.printable(coding) + ", which was not asked for"
	}
	return &idcenter.ReplyError{Operation: op.Name, URL: r.endpoint, Status: r.status, Reason: text}
}

// requestID returns the request ID of the service, or "".
func (r *reply) requestID() string {
	for _, name := range []string{"X-Amzn-Requestid", "X-Amz-Request-Id", "X-Amzn-Request-Id"} {
		if id := r.header.Get(name); id != "" {
			return r.printable(id)
		}
	}
	return ""
}

// maxReply returns the largest size of a reply of the service, in bytes. EC2 has a larger limit,
// because it can list everything on one page.
func maxReply(svc *model.Service) int {
	switch svc.Name {
	case "ec2":
		return 128 << 20
	case "sts":
		return 1 << 20
	}
	return 16 << 20
}

// The time limits of an attempt. A long reply can take minutes over a slow connection.
const (
	connecting = 4 * time.Minute  // limit for the connection; the transport has shorter limits for each step
	readTime   = time.Minute      // limit between two parts of a reply, if the client has no timeout
	longest    = 30 * time.Minute // limit for the whole reply
	slowest    = 64 << 10         // the least number of bytes in each minute
)

// Errors for replies that are too slow, take too long, or are too large.
var (
	errSilent  = errors.New("the reply stopped in the middle")
	errSlow    = errors.New("less than 64 kB per minute")
	errLong    = errors.New("more than 30 minutes")
	errTooLong = errors.New("too large")
)

// A watch ends an attempt if the client receives nothing for too long.
type watch struct {
	timer    *time.Timer
	patience time.Duration
}

// watched returns the request with a watch. stop ends the watch.
func watched(req *http.Request, patience time.Duration) (_ *http.Request, w *watch, stop func()) {
	ctx, cancel := context.WithCancelCause(req.Context())
	w = &watch{time.AfterFunc(connecting, func() { cancel(errSilent) }), patience}
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { w.progress() }})
	return req.WithContext(ctx), w, func() { w.timer.Stop(); cancel(nil) }
}

func (w *watch) progress() { w.timer.Reset(w.patience) }

// receive reads a reply of at most limit bytes.
func (w *watch) receive(body io.Reader, limit int) ([]byte, error) {
	w.progress()
	begun := time.Now()
	minute, then := begun, 0 // when the current minute began, and the number of bytes at that time
	data := make([]byte, 0, 4<<10)
	for {
		n, err := body.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		now := time.Now()
		switch {
		case len(data) > limit:
			return nil, errTooLong
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		case now.Sub(begun) > longest:
			return nil, errLong
		case now.Sub(minute) > time.Minute:
			if len(data)-then < slowest {
				return nil, errSlow
			}
			minute, then = now, len(data)
		}
		if n > 0 {
			w.progress()
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}
