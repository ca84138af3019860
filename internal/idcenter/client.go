// Package idcenter is the client of AWS IAM Identity Center: it signs a person
// in (in the browser with PKCE, or with a device code), refreshes tokens, and
// asks the access portal for accounts, roles and role credentials.
//
// Start with [New] and [Client.SignIn]. The package stores nothing: what a
// sign-in yields is returned, and a client registration is kept by the caller
// through [Registrations].
//
// Every call has a budget (see [Options]) and fails with one of three types,
// [ServiceError], [ConnectError] and [ReplyError], all of which answer
// [errors.Is] for the sentinels of this package. A cancelled context is
// returned as it is. No error and no log line contains a secret.
package idcenter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/loopback"
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

// The budgets of a call.
const (
	connectBudget = 5 * time.Second  // to a connection, and again to its TLS
	tryBudget     = 10 * time.Second // one try: connect, send, read the whole reply
	callBudget    = 25 * time.Second // all tries and the pauses between them
	maxPause      = 4 * time.Second  // the longest of the pauses, which are random
)

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

// endpoints returns the base URLs of the two services: the custom ones, or those that
// the SDK's rules give for the region (partitions, FIPS, dual-stack).
func endpoints(o Options) (oidc, portal string, err error) {
	if o.Region != "" && !regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`).MatchString(o.Region) {
		// A region becomes part of a host name.
		return "", "", fmt.Errorf("Provided region_name '%s' doesn't match a supported format.", clean(o.Region))
	}
	for _, custom := range []string{o.OIDCEndpoint, o.PortalEndpoint} {
		if err := checkEndpoint(custom); err != nil {
			return "", "", err
		}
	}
	region, fips, dual := optional(o.Region), aws.Bool(o.FIPS), aws.Bool(o.DualStack)
	oidcEnd, err := ssooidc.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), ssooidc.EndpointParameters{
		Region: region, UseFIPS: fips, Endpoint: optional(o.OIDCEndpoint),
		UseDualStack: aws.Bool(o.DualStack || o.OIDCEndpoint == "" && DualStackPortal(o.StartURL)),
	})
	if err != nil {
		return "", "", ruleError(err)
	}
	portalEnd, err := sso.NewDefaultEndpointResolverV2().ResolveEndpoint(context.Background(), sso.EndpointParameters{
		Region: region, UseFIPS: fips, UseDualStack: dual, Endpoint: optional(o.PortalEndpoint),
	})
	if err != nil {
		return "", "", ruleError(err)
	}
	return strings.TrimRight(oidcEnd.URI.String(), "/"), strings.TrimRight(portalEnd.URI.String(), "/"), nil
}

// checkEndpoint refuses an endpoint that must not get a token: plain http to another
// machine. "" means the service's own endpoint and is fine.
func checkEndpoint(raw string) error {
	if raw == "" {
		return nil
	}
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("Invalid endpoint: %s", clean(raw))
	}
	switch {
	case u.Host == "" || u.RawQuery != "" || u.Fragment != "":
		return fmt.Errorf("Invalid endpoint: %s", clean(u.Redacted()))
	case u.Scheme == "https" || u.Scheme == "http" && loopback.Host(u.Hostname()):
		return nil
	}
	return fmt.Errorf("the endpoint %s would send tokens in clear: only https, or http on a loopback address, is allowed", clean(u.Redacted()))
}

// ruleError cuts the SDK's prefix off the text of an endpoint rule.
func ruleError(err error) error {
	if text, ok := strings.CutPrefix(err.Error(), "endpoint rule error, "); ok {
		return errors.New(text)
	}
	return err
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// CheckEndpoint holds the custom endpoint of another AWS service to the rules of
// this one: https, or http on this machine, and no FIPS or dual-stack beside it.
// "" is the service's own endpoint.
func CheckEndpoint(endpoint string, fips, dualStack bool) error {
	switch err := checkEndpoint(endpoint); {
	case err != nil || endpoint == "":
		return err
	case fips:
		return errors.New("Invalid Configuration: FIPS and custom endpoint are not supported")
	case dualStack:
		return errors.New("Invalid Configuration: Dualstack and custom endpoint are not supported")
	}
	return nil
}

// OwnEndpoints returns the base URLs of AWS's own two services in a region, in all of
// their forms: the ordinary one first, then FIPS and dual-stack. Both lists are empty if
// there is no such region.
func OwnEndpoints(region string) (oidc, portal []string) {
	for _, o := range []Options{{}, {FIPS: true}, {DualStack: true}, {FIPS: true, DualStack: true}} {
		o.Region = region
		signIn, access, err := endpoints(o)
		if err != nil {
			continue // the partition has no such form
		}
		oidc, portal = append(oidc, signIn), append(portal, access)
	}
	return oidc, portal
}

// AtOwnEndpoint reports which of AWS's own two services, in any region, a base URL
// leads to. The form of the URL does not count: a dot after the host, a port, a path.
func AtOwnEndpoint(base string) (oidc, portal bool) {
	u, err := url.Parse(base)
	if err != nil {
		return false, false
	}
	host := "https://" + strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	for _, region := range strings.Split(host, ".") {
		signIn, access := OwnEndpoints(region)
		oidc = oidc || slices.Contains(signIn, host)
		portal = portal || slices.Contains(access, host)
	}
	return oidc, portal
}
