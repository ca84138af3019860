package call

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A reply is what a try brought.
type reply struct {
	endpoint string
	status   int
	header   http.Header
	body     []byte
	clock    idcenter.Clock
	secrets  []secret.String // that the request was made with: none is shown where the reply quotes it
}

// shown makes a text of the service fit to be shown: without our secrets, and on one
// line, so that it does not look like several of ours.
func (r *reply) shown(s string) string {
	return strings.Join(strings.Fields(idcenter.Redact(s, r.secrets)), " ")
}

// broken is the error for a reply that is not the service's.
func (r *reply) broken(op *model.Operation, reason error) error {
	text := r.shown(reason.Error())
	if coding := r.header.Get("Content-Encoding"); coding != "" {
		text = "it is encoded as " + r.shown(coding) + ", which was not asked for"
	}
	return &idcenter.ReplyError{Operation: op.Name, URL: r.endpoint, Status: r.status, Reason: text}
}

// attempt makes one try.
func (c *Client) attempt(ctx context.Context, svc *model.Service, op *model.Operation, r *request, t target, try int) (*reply, error) {
	req, err := r.http(ctx, t)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", op.Name, err)
	}
	if c.UserAgent != "" {
		req.Header.Set("User-Agent", c.UserAgent)
	}
	if !op.Unsigned {
		if err := c.sign(ctx, svc, req, r.body, t.region); err != nil {
			return nil, fmt.Errorf("%s: sign the request: %w", op.Name, err)
		}
	}
	start := time.Now()
	answer, err := c.exchange(req, svc, op, t.base)
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

// exchange sends a request and reads the reply to its end.
func (c *Client) exchange(req *http.Request, svc *model.Service, op *model.Operation, endpoint string) (*reply, error) {
	client := http.Client{}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	// As the AWS CLI asks: what a small body unpacks to cannot be known. The header is
	// not signed, because proxies change it.
	req.Header.Set("Accept-Encoding", "identity")
	req, w, stop := watched(req, cmp.Or(client.Timeout, readTime))
	defer stop()
	client.Timeout = 0 // the watch's, for each part of the reply
	// A redirect would carry the signature, made for one host, to another.
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := idcenter.Doer{Client: &client}.Do(req)
	if err != nil {
		if context.Cause(req.Context()) == errSilent { //nolint:errorlint // it is the cause itself
			err = &idcenter.ConnectError{URL: req.URL.Redacted(), Failure: idcenter.ReadTimeout, Err: err}
		}
		return nil, err
	}
	defer resp.Body.Close()
	signed := c.keys()
	r := &reply{endpoint: endpoint, status: resp.StatusCode, header: resp.Header, secrets: []secret.String{
		signed.SecretAccessKey, signed.SessionToken, secret.New(req.Header.Get("X-Amz-Sso_bearer_token")),
	}}
	r.body, err = w.receive(resp.Body, maxReply(svc))
	switch {
	case err == nil:
		return r, nil
	case errors.Is(err, errSlow), errors.Is(err, errLong), errors.Is(err, errTooLong):
		return nil, r.broken(op, err) // another try would bring no more
	}
	fail := &idcenter.ConnectError{URL: req.URL.Redacted(), Failure: idcenter.ConnectionClosed, Err: err}
	if context.Cause(req.Context()) == errSilent { //nolint:errorlint // it is the cause itself
		fail.Failure = idcenter.ReadTimeout
	}
	return nil, fail
}

// sign signs a request with SigV4.
func (c *Client) sign(ctx context.Context, svc *model.Service, req *http.Request, body []byte, region string) error {
	creds := c.keys()
	if creds.AccessKeyID == "" {
		return errors.New("there are no credentials")
	}
	sum := sha256.Sum256(body)
	hash := hex.EncodeToString(sum[:])
	if svc.Name == "s3api" {
		req.Header.Set("X-Amz-Content-Sha256", hash)
	}
	keys := aws.Credentials{
		AccessKeyID: creds.AccessKeyID, SecretAccessKey: creds.SecretAccessKey.Reveal(), SessionToken: creds.SessionToken.Reveal(),
	}
	return v4.NewSigner().SignHTTP(ctx, keys, req, hash, svc.SigningName, region, c.now(), func(o *v4.SignerOptions) {
		o.DisableURIPathEscaping = svc.Name == "s3api" // its keys are escaped once
	})
}
