// Package call calls operations of AWS services, which the tables of package model
// describe. It finds the endpoint, writes the request in the service's protocol,
// signs it, tries again where that helps, reads the reply, and follows pages.
//
// [Client.Call] is one call, and reads from the top: target, validate, request,
// retry, send, output. [Client.Pages] is the same for results that come in pages.
package call

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A Client calls the operations that package model has. The zero value calls
// unsigned operations of services that need no region. A Client is safe for
// concurrent use if its fields do not change.
type Client struct {
	HTTP            *http.Client // nil means http.DefaultClient; redirects are not followed
	Region          string       // "" is an error ([NoRegionError]) where a service needs one
	Endpoint        string       // the base URL; "" means AWS's rules
	FIPS, DualStack bool

	// PathStyle and VirtualHosts put the name of an S3 bucket into the path or into
	// the host's name. If neither is set, it goes into the host's name, except with
	// an Endpoint and where the bucket's name or the host's address rules that out.
	PathStyle, VirtualHosts bool

	Credentials Credentials

	// Renew returns other credentials in place of those that a service called expired.
	// RenewToken returns another access token in place of one that the access portal
	// refused. The call is then made once more; an error of theirs is the call's. nil
	// means that the refusal stands.
	Renew      func(ctx context.Context, expired Credentials) (Credentials, error)
	RenewToken func(ctx context.Context, refused secret.String) (secret.String, error)

	MaxAttempts int    // 0 means 3, and 5 in mode "legacy"
	RetryMode   string // "" and "adaptive" mean "standard"; "legacy" has longer pauses and no common budget

	UserAgent string
	Log       *slog.Logger // nil means no log

	// TimeFormat is how times are written in output: "" or "iso8601", or "wire" to
	// leave them as the service sent them.
	TimeFormat string
	// Zone is where the caller is: times that a service sends as numbers are shown
	// in it, as the AWS CLI does. nil means UTC.
	Zone *time.Location

	Now    func() time.Time                                 // nil means time.Now
	Sleep  func(ctx context.Context, d time.Duration) error // between tries; nil means to wait
	Random func() float64                                   // in [0, 1), for pauses; nil means math/rand's

	mu    sync.Mutex
	spent int // of the budget for tries

	moved map[string]string // buckets that are in another region, and which

	newKeys  Credentials   // of Renew
	newToken secret.String // of RenewToken
}

// Credentials are the keys that requests are signed with.
type Credentials struct {
	AccessKeyID                   string
	SecretAccessKey, SessionToken secret.String // SessionToken is empty for long-term keys
}

// Call calls an operation of the service and returns its output, an object with
// the members that were on the wire, in the model's order. The names in the input,
// which may be nil, are those of the model.
//
// Errors to test for: [ServiceError] when the service refused, [InputError] when
// the input does not fit the operation, [NoRegionError], and of package idcenter
// ConnectError when there was no reply and ReplyError when it is not the service's.
func (c *Client) Call(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object) (*document.Object, error) {
	used, sent := c.keys(), c.withToken(input)
	out, err := c.call(ctx, svc, op, sent)
	if again, failed := c.renew(ctx, svc, op, sent, used, err); !again {
		return out, cmp.Or(failed, err)
	}
	return c.call(ctx, svc, op, c.withToken(input))
}

func (c *Client) call(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object) (*document.Object, error) {
	t, err := c.targetIn(c.regionFor(input), svc, input)
	if err != nil {
		return nil, err
	}
	full := prepare(svc, op, input)
	if err := validate(op, full); err != nil {
		return nil, err
	}
	req, err := serialize(svc, op, full)
	if err != nil {
		return nil, err
	}
	r, err := c.send(ctx, svc, op, req, t)
	if region := t.moved(svc, err); region != "" {
		c.remember(input, region)
		if t, err = c.targetIn(region, svc, input); err == nil {
			r, err = c.send(ctx, svc, op, req, t)
		}
	}
	if err != nil {
		return nil, err
	}
	p := parser{timeFormat: c.TimeFormat, zone: c.Zone}
	out, err := p.output(svc, op, r)
	if err != nil {
		return nil, r.broken(op, err)
	}
	finish(svc, op, input, out)
	return out, nil
}

// regionFor is the client's region, or that of a bucket which has turned out to be
// in another one.
func (c *Client) regionFor(input *document.Object) string {
	bucket, _ := input.Get("Bucket")
	name, _ := bucket.(string)
	c.mu.Lock()
	defer c.mu.Unlock()
	return cmp.Or(c.moved[name], c.Region)
}

func (c *Client) remember(input *document.Object, region string) {
	bucket, _ := input.Get("Bucket")
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.moved == nil {
		c.moved = make(map[string]string)
	}
	if name, ok := bucket.(string); ok {
		c.moved[name] = region
	}
}

// keys returns the credentials in use.
func (c *Client) keys() Credentials {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newKeys.AccessKeyID != "" {
		return c.newKeys
	}
	return c.Credentials
}

// withToken returns the input with the access token in use.
func (c *Client) withToken(input *document.Object) *document.Object {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newToken.IsZero() {
		return input
	}
	made := new(document.Object)
	for name, v := range input.All() {
		made.Set(name, v)
	}
	made.Set(tokenMember, c.newToken.Reveal())
	return made
}

// renew replaces what the service refused as expired. It reports whether there is
// something new to try. Its error is the one of Renew or RenewToken.
func (c *Client) renew(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object, used Credentials, err error) (bool, error) {
	var refused *ServiceError
	switch {
	case !errors.As(err, &refused):
		return false, nil
	case c.RenewToken != nil && svc.Name == "sso" && refused.Code == unauthorized:
		rejected, _ := input.Get(tokenMember)
		text, _ := rejected.(string)
		token, err := c.RenewToken(ctx, secret.New(text))
		if err != nil {
			return false, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.newToken = token
		return true, nil
	case c.Renew != nil && !op.Unsigned && refused.Expired():
		keys, err := c.Renew(ctx, used)
		if err != nil {
			return false, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.newKeys = keys
		return true, nil
	}
	return false, nil
}

// unauthorized is the code with which the access portal refuses a token.
const unauthorized = "UnauthorizedException"

// tokenMember is the access token among the parameters of the access portal.
const tokenMember = "accessToken"

func (c *Client) now() time.Time {
	if c.Now == nil {
		return time.Now()
	}
	return c.Now()
}

func (c *Client) log() *slog.Logger {
	if c.Log == nil {
		return slog.New(slog.DiscardHandler)
	}
	return c.Log
}
