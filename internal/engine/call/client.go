// Package call calls the AWS operations that package model describes. It finds the endpoint,
// writes the request in the service's protocol, signs it, retries transient errors, reads the
// reply, and fetches pages.
//
// [Client.Call] makes one call. A call passes through target.go, validate.go, request.go,
// retry.go, send.go and output.go. [Client.Pages] fetches results that have several pages.
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
	"github.com/lanyard-cli/lanyard/internal/engine/rules"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// A Client calls operations of package model. The zero value can call unsigned operations of
// services that need no region. A Client is safe for concurrent use if its fields do not change.
type Client struct {
	HTTP            *http.Client // nil means http.DefaultClient; the Client follows no redirects
	Region          string       // if "", calls of a service that needs a region return a [NoRegionError]
	Endpoint        string       // the base URL; "" means AWS's endpoint
	FIPS, DualStack bool
	AccountID       string // the account of the credentials, for services with an endpoint for each account; may be ""

	// EndpointParameters has the parameters of endpoint rules that come from settings, such as
	// "UseArnRegion". It may be nil.
	EndpointParameters map[string]any

	// PathStyle puts the name of an S3 bucket in the path, and VirtualHosts in the host name. If
	// neither is set, the bucket is in the path if Endpoint is set, or if a host name cannot
	// contain the name of the bucket. Otherwise the bucket is in the host name.
	PathStyle, VirtualHosts bool

	Credentials Credentials

	NoDiscovery, AlwaysDiscover bool // the setting endpoint_discovery_enabled is false or true

	IgnoreReplyChecksums bool // the client asks for no checksum of replies, unless the input asks for one
	OnlyNeededChecksums  bool // requests have a checksum only if the operation needs one or the input asks for one

	// GzipFrom is the size of a request's body in bytes from which it is compressed, if the operation
	// allows it. 0 means 10240, and a negative size means never.
	GzipFrom int

	// Bearer is a token that replaces the signature. If it is empty, Credentials sign the requests.
	// RegionSet has the regions of signatures with SigV4A, joined by commas. "" means all regions.
	RegionSet string
	// NoSigV4A makes the client use SigV4 if a service accepts both. If a service accepts only SigV4A,
	// Elsewhere returns an error.
	NoSigV4A bool
	Bearer   secret.String

	// RefreshCredentials returns new credentials. The client calls it if a service replies that
	// the credentials have expired. RefreshAccessToken returns a new access token. The client
	// calls it if the access portal rejects the token. Then the client repeats the call once.
	//
	// If the function returns an error, the call returns this error. If the function is nil, the
	// call returns the service's error.
	RefreshCredentials func(ctx context.Context, expired Credentials) (Credentials, error)
	RefreshAccessToken func(ctx context.Context, refused secret.String) (secret.String, error)

	MaxAttempts int    // 0 means 3, and 5 in mode "legacy"
	RetryMode   string // "" means "standard"; "adaptive" also limits the rate of requests; "legacy" has longer pauses and no retry budget

	UserAgent string
	Log       *slog.Logger // nil means no log

	// TimeFormat is the format of times in output: "" or "iso8601". "wire" leaves times
	// unchanged.
	TimeFormat string
	// Zone is the time zone for times that a service sends as numbers, as in the AWS CLI. nil
	// means UTC.
	Zone *time.Location

	Now    func() time.Time                                 // nil means time.Now
	Sleep  func(ctx context.Context, d time.Duration) error // waits between attempts; nil means a real wait
	Random func() float64                                   // returns a number in [0, 1) for pauses; nil means math/rand

	mu    sync.Mutex
	spent int // the used part of the retry budget

	limiter *limiter // of the mode "adaptive"; nil before the first request

	moved      map[string]string     // from the name of a bucket in another region to that region
	discovered map[string]discovered // endpoints by the name of the service

	sessions map[string]bucketSession // of S3 Express, by the name of the bucket

	rules map[string]*rules.Set // the endpoint rules by the name of the service

	newKeys  Credentials   // from RefreshCredentials
	newToken secret.String // from RefreshAccessToken
}

// Credentials are the keys for signing requests.
type Credentials struct {
	AccessKeyID                   string
	SecretAccessKey, SessionToken secret.String // SessionToken is empty for long-term keys
}

// Call calls an operation of the service. It returns the members of the reply, in the order of the
// model. input has the model's names, and may be nil.
//
// Call returns these errors:
//
//   - a [ServiceError], if the service replies with an error
//   - an [InputError], if the input is invalid
//   - a [NoRegionError], if the service needs a region
//   - an idcenter.ConnectError, if no reply arrives
//   - an idcenter.ReplyError, if the reply is invalid
func (c *Client) Call(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object) (*document.Object, error) {
	return c.perform(ctx, svc, op, input, nil)
}

// perform makes a call. If save is not nil, the body of the reply goes to the file that save opens.
func (c *Client) perform(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object, save opener) (*document.Object, error) {
	used, sent := c.keys(), c.withToken(input)
	out, err := c.call(ctx, svc, op, sent, save)
	if again, failed := c.refresh(ctx, svc, op, sent, used, err); !again {
		return out, cmp.Or(failed, err)
	}
	return c.call(ctx, svc, op, c.withToken(input), save)
}

func (c *Client) call(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object, save opener) (*document.Object, error) {
	input, err := c.withAccount(svc, op, input)
	if err != nil {
		return nil, err
	}
	if err := checkBucket(svc, input); err != nil {
		return nil, err
	}
	t, err := c.targetIn(c.regionFor(input), svc, op, input)
	if err != nil {
		return nil, err
	}
	full := prepare(svc, op, input)
	if _, ok := full.Get(op.Validation); !ok && op.Validation != "" && !c.IgnoreReplyChecksums {
		full.Set(op.Validation, "ENABLED")
	}
	switch svc.Name {
	case "s3api":
		if err := prepareS3(op, full); err != nil {
			return nil, err
		}
	case "glacier":
		prepareGlacier(op, full)
	}
	if err := validate(op, full); err != nil {
		return nil, err
	}
	if t, err = t.withPrefix(op, full); err != nil {
		return nil, err
	}
	req, err := serialize(svc, op, full)
	if err != nil {
		return nil, err
	}
	if svc.Name == "glacier" {
		if err := req.glacier(svc, op); err != nil {
			return nil, err
		}
	}
	if err := req.compress(op, c.GzipFrom); err != nil {
		return nil, err
	}
	if err := req.addChecksum(op, full, c.OnlyNeededChecksums, t); err != nil {
		return nil, err
	}
	if save != nil {
		req.save = &saving{open: save, verify: asksForChecksum(op, full)}
	}
	if base, err := c.discover(ctx, svc, op); err != nil {
		return nil, err
	} else if base != "" {
		t.base = base
	}
	if svc.Name == "machinelearning" && op.Name == "Predict" {
		if t.base, err = predictEndpoint(t, input); err != nil {
			return nil, err
		}
	}
	r, err := c.send(ctx, svc, op, req, t)
	if c.forget(svc, err) {
		if t.base, err = c.discover(ctx, svc, op); err == nil {
			r, err = c.send(ctx, svc, op, req, t)
		}
	}
	if region := t.moved(svc, input, err); region != "" {
		c.remember(input, region)
		if t, err = c.targetIn(region, svc, op, input); err == nil {
			r, err = c.send(ctx, svc, op, req, t)
		}
	}
	if err != nil {
		return nil, err
	}
	if err := r.verify(op, full); err != nil {
		return nil, err
	}
	expires := keepExpires(svc, op, r)
	p := parser{timeFormat: c.TimeFormat, zone: c.Zone}
	out, err := p.output(svc, op, r)
	if err != nil {
		return nil, r.broken(op, err)
	}
	if expires != "" {
		out.Set("ExpiresString", expires)
	}
	if svc.Name == "s3api" {
		lowerMetadata(op, out)
	}
	finish(svc, op, input, out)
	c.logUnknown(ctx, svc, op, r)
	return out, nil
}

// regionFor returns the client's region. If the client knows that the input's bucket is in
// another region, it returns the region of the bucket.
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

// keys returns the current credentials.
func (c *Client) keys() Credentials {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newKeys.AccessKeyID != "" {
		return c.newKeys
	}
	return c.Credentials
}

// withToken returns the input with the current access token.
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

// refresh gets new credentials or a new access token, if err says that the service has rejected
// the current values. It reports whether to repeat the call. An error comes from
// RefreshCredentials or RefreshAccessToken.
func (c *Client) refresh(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object, credentials Credentials, err error) (bool, error) {
	var refused *ServiceError
	switch {
	case !errors.As(err, &refused):
		return false, nil
	case c.RefreshAccessToken != nil && svc.Name == "sso" && refused.Code == unauthorized:
		rejected, _ := input.Get(tokenMember)
		text, _ := rejected.(string)
		token, err := c.RefreshAccessToken(ctx, secret.New(text))
		if err != nil {
			return false, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.newToken = token
		return true, nil
	case c.RefreshCredentials != nil && !op.Unsigned && refused.Expired():
		keys, err := c.RefreshCredentials(ctx, credentials)
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

// unauthorized is the access portal's error code for a rejected token.
const unauthorized = "UnauthorizedException"

// tokenMember is the access portal's parameter for the access token.
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
