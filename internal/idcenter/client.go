package idcenter

import (
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
)

// The budgets of a call.
const (
	connectBudget = 5 * time.Second  // to a connection, and again to its TLS
	tryBudget     = 10 * time.Second // one try: connect, send, read the whole reply
	callBudget    = 25 * time.Second // all tries and the pauses between them
	maxPause      = 4 * time.Second  // the longest of the pauses, which are random
)

// Options say where Identity Center is and how to talk to it.
type Options struct {
	// Region is where the instance lives, "eu-west-1". It may be empty only if
	// both endpoints are given.
	Region string
	// StartURL is that of the session, or "". The sign-in service of a dual-stack
	// portal is the dual-stack one.
	StartURL string
	// OIDCEndpoint and PortalEndpoint are base URLs; "" means what the SDK's
	// rules give for the region. They must be https, or http on loopback.
	OIDCEndpoint, PortalEndpoint string
	// FIPS and DualStack choose the variants of the service's own endpoints.
	// Neither goes with a custom endpoint.
	FIPS, DualStack bool
	// HTTP makes the requests; nil means a client with 5 s to connect. 10 s per
	// try where its Timeout is 0. Redirects are never followed and cookies never
	// kept: the requests carry tokens.
	HTTP *http.Client
	// MaxAttempts is how often a call is tried in all; 0 means 3. Only what may
	// pass is tried again: the network, 429 and 5xx, within 25 s.
	MaxAttempts int
	// Now is our clock, which the service's is compared with; nil means time.Now.
	Now func() time.Time
	// Log gets a line per try at level Debug; nil means no log.
	Log *slog.Logger
}

// A Client speaks to one Identity Center. It is safe for concurrent use.
type Client struct {
	oidc     *ssooidc.Client
	portal   *sso.Client
	oidcURL  string
	portURL  string
	http     *http.Client
	attempts int
	budget   time.Duration // callBudget
	pause    time.Duration // maxPause
	now      func() time.Time
	log      *slog.Logger
}

// New makes a client. It fails on a region, an endpoint or a combination of
// them that cannot be used; it does not touch the network.
func New(o Options) (*Client, error) {
	oidcURL, portalURL, err := endpoints(o)
	if err != nil {
		return nil, err
	}
	c := &Client{
		oidcURL: oidcURL, portURL: portalURL, http: quiet(o.HTTP), attempts: o.MaxAttempts, budget: callBudget, pause: maxPause,
		now: o.Now, log: o.Log,
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.attempts <= 0 {
		c.attempts = retry.DefaultMaxAttempts
	}
	// The region is of no use to the SDK once there is an endpoint, nor is its
	// correction of skewed clocks: nothing here is signed, and it would take a
	// refused sign-in for a skewed clock and try again.
	c.oidc = ssooidc.New(ssooidc.Options{
		Region: o.Region, BaseEndpoint: &oidcURL, HTTPClient: c.http, AppID: "lanyard",
		DisableClockSkewCorrection: true,
	})
	c.portal = sso.New(sso.Options{
		Region: o.Region, BaseEndpoint: &portalURL, HTTPClient: c.http, AppID: "lanyard",
		DisableClockSkewCorrection: true,
	})
	return c, nil
}

// OIDCURL is the base URL of the sign-in service, without a slash at the end.
func (c *Client) OIDCURL() string { return c.oidcURL }

// PortalURL is the base URL of the access portal, without a slash at the end.
func (c *Client) PortalURL() string { return c.portURL }

// quiet returns a client like hc (nil: the default one) that follows no
// redirect: the SDK's headers, a token among them, would go along.
func quiet(hc *http.Client) *http.Client {
	if hc == nil {
		hc = &http.Client{Transport: &http.Transport{
			Proxy:               http.ProxyFromEnvironment,
			DialContext:         (&net.Dialer{Timeout: connectBudget}).DialContext,
			TLSHandshakeTimeout: connectBudget,
			ForceAttemptHTTP2:   true,
			IdleConnTimeout:     30 * time.Second,
		}}
	}
	own := *hc
	own.Jar = nil
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if own.Timeout == 0 {
		own.Timeout = tryBudget
	}
	return &own
}

// retryer is the SDK's standard one, which in addition tries every 429 again
// and no untrusted certificate. It has no quota: the budget of a call is time.
func retryer(attempts int, maxPause time.Duration) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts, o.MaxBackoff = attempts, maxPause
		o.RateLimiter = ratelimit.None
		o.Retryables = append([]retry.IsErrorRetryable{retry.IsErrorRetryableFunc(hopeless)}, o.Retryables...)
		o.Retryables = append(o.Retryables, retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}})
	})
}
