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
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/secret"
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

// The calls of the sign-in service and of the access portal.

// A Grant is what a sign-in or a refresh yields.
type Grant struct {
	AccessToken  secret.String
	RefreshToken secret.String // zero if the reply has none: then the old one stays valid, if there was one
	Lifetime     time.Duration // of the access token, from the reply on; whole seconds
	Clock        Clock
}

// The values of grantType.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// Refresh spends refreshToken for a new grant. The service takes a refresh token
// once or for a short grace: a caller must be able to store the successor before
// it calls. So the end of ctx breaks the call off only until the token is sent; after
// that the call ends with its reply or at ctx's deadline. [ErrInvalidGrant] means that
// the session has ended, [ErrInvalidClient] that the registration has.
func (c *Client) Refresh(ctx context.Context, reg Registration, refreshToken secret.String) (Grant, error) {
	return c.createToken(ctx, reg, &ssooidc.CreateTokenInput{
		GrantType:    new(grantRefresh),
		RefreshToken: new(refreshToken.Reveal()),
	}, 0)
}

// createToken adds the client to a request and calls the service. It tries as often as
// attempts says; 0 means the client's own number.
func (c *Client) createToken(ctx context.Context, reg Registration, in *ssooidc.CreateTokenInput, attempts int) (Grant, error) {
	in.ClientId, in.ClientSecret = new(reg.ClientID), new(reg.ClientSecret.Reveal())
	w := c.wire("CreateToken", c.oidcURL, reg.ClientSecret, optionalSecret(in.RefreshToken), optionalSecret(in.Code),
		optionalSecret(in.CodeVerifier), optionalSecret(in.DeviceCode))
	if attempts > 0 {
		w.retryer = retryer(attempts, c.pause)
	}
	budget, cancel := context.WithTimeout(ctx, c.budget)
	if *in.GrantType == grantRefresh {
		cancel()
		w.spending = new(spending)
		budget, cancel = w.spending.begin(ctx, c.budget)
	}
	defer cancel()
	out, err := c.oidc.CreateToken(budget, in, w.oidc)
	if w.spending != nil && w.spending.done() {
		ctx = context.WithoutCancel(ctx) // the reply counts
	}
	if err := w.result(ctx, err); err != nil {
		return Grant{}, err
	}
	if optionalSecret(out.AccessToken).IsZero() || out.ExpiresIn <= 0 {
		return Grant{}, w.broken("without a token or its lifetime")
	}
	if reason := unfit("accessToken", value(out.AccessToken), "refreshToken", value(out.RefreshToken)); reason != "" {
		return Grant{}, w.broken(reason)
	}
	return Grant{
		AccessToken:  optionalSecret(out.AccessToken),
		RefreshToken: optionalSecret(out.RefreshToken),
		Lifetime:     time.Duration(out.ExpiresIn) * time.Second,
		Clock:        w.reply.clock,
	}, nil
}

// Credentials are the keys of a role in an account.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey secret.String
	SessionToken    secret.String
	Expiration      time.Time // by the service's clock
	Clock           Clock
}

// An Account is one that the person may use.
type Account struct{ ID, Name, Email string }

// A Role is one that the person may take in an account.
type Role struct{ Name, AccountID string }

// lastDate is the end of the year 9999, in milliseconds: what lies behind it cannot be
// written as RFC 3339 has it.
const lastDate = 253402300799999

// pageSize is the most that the portal gives at once.
const pageSize = 100

// RoleCredentials returns keys for a role in an account. [ErrUnauthorized] means
// that the access token is not valid (any more), [ErrForbidden] that the person
// has no such role.
func (c *Client) RoleCredentials(ctx context.Context, accessToken secret.String, accountID, roleName string) (Credentials, error) {
	w := c.wire("GetRoleCredentials", c.portURL, accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	out, err := c.portal.GetRoleCredentials(budget, &sso.GetRoleCredentialsInput{
		AccessToken: new(accessToken.Reveal()), AccountId: &accountID, RoleName: &roleName,
	}, w.portal)
	if err := w.result(ctx, err); err != nil {
		return Credentials{}, err
	}
	keys := out.RoleCredentials
	if keys == nil || value(keys.AccessKeyId) == "" || value(keys.SecretAccessKey) == "" || value(keys.SessionToken) == "" || keys.Expiration <= 0 || keys.Expiration > lastDate {
		return Credentials{}, w.broken("without the keys or their expiration")
	}
	if reason := unfit("accessKeyId", value(keys.AccessKeyId), "secretAccessKey", value(keys.SecretAccessKey), "sessionToken", value(keys.SessionToken)); reason != "" {
		return Credentials{}, w.broken(reason)
	}
	return Credentials{
		AccessKeyID:     value(keys.AccessKeyId),
		SecretAccessKey: optionalSecret(keys.SecretAccessKey),
		SessionToken:    optionalSecret(keys.SessionToken),
		Expiration:      time.UnixMilli(keys.Expiration).UTC(), // milliseconds, unlike every other time here
		Clock:           w.reply.clock,
	}, nil
}

// Accounts yields every account of the person, fetching a page only when the
// caller has used up the one before. A failed page ends the sequence with its
// error; the budget of a call is one page's.
func (c *Client) Accounts(ctx context.Context, accessToken secret.String) iter.Seq2[Account, error] {
	return pages("ListAccounts", c, accessToken, func(w *wire, next *string) ([]Account, *string, error) {
		budget, cancel := context.WithTimeout(ctx, c.budget)
		defer cancel()
		out, err := c.portal.ListAccounts(budget, &sso.ListAccountsInput{
			AccessToken: new(accessToken.Reveal()), MaxResults: new(int32(pageSize)), NextToken: next,
		}, w.portal)
		if err := w.result(ctx, err); err != nil {
			return nil, nil, err
		}
		var page []Account
		for _, a := range out.AccountList {
			page = append(page, Account{ID: value(a.AccountId), Name: value(a.AccountName), Email: value(a.EmailAddress)})
		}
		return page, out.NextToken, nil
	})
}

// Roles yields every role of the person in an account, as Accounts does.
func (c *Client) Roles(ctx context.Context, accessToken secret.String, accountID string) iter.Seq2[Role, error] {
	return pages("ListAccountRoles", c, accessToken, func(w *wire, next *string) ([]Role, *string, error) {
		budget, cancel := context.WithTimeout(ctx, c.budget)
		defer cancel()
		out, err := c.portal.ListAccountRoles(budget, &sso.ListAccountRolesInput{
			AccessToken: new(accessToken.Reveal()), AccountId: &accountID, MaxResults: new(int32(pageSize)), NextToken: next,
		}, w.portal)
		if err := w.result(ctx, err); err != nil {
			return nil, nil, err
		}
		var page []Role
		for _, r := range out.RoleList {
			page = append(page, Role{Name: value(r.RoleName), AccountID: value(r.AccountId)})
		}
		return page, out.NextToken, nil
	})
}

// pages yields the items of the pages that fetch returns. A page that names
// itself as the next one is an error, not an endless sequence.
func pages[T any](operation string, c *Client, token secret.String, fetch func(*wire, *string) ([]T, *string, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		var next *string
		for {
			w := c.wire(operation, c.portURL, token)
			page, following, err := fetch(w, next)
			if err != nil {
				yield(zero, err)
				return
			}
			for _, item := range page {
				if !yield(item, nil) {
					return
				}
			}
			if value(following) == "" {
				return
			}
			if value(following) == value(next) {
				yield(zero, w.broken("a page that follows itself"))
				return
			}
			next = following
		}
	}
}

// Logout ends the session that the access token belongs to, on the server: its
// refresh token ends with it. [ErrUnauthorized] means that there was none.
func (c *Client) Logout(ctx context.Context, accessToken secret.String) error {
	w := c.wire("Logout", c.portURL, accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	_, err := c.portal.Logout(budget, &sso.LogoutInput{AccessToken: new(accessToken.Reveal())}, w.portal)
	return w.result(ctx, err)
}

// Takes says whether the portal takes the access token, by asking for one account. Any
// other answer than yes or no is an error.
func (c *Client) Takes(ctx context.Context, accessToken secret.String) (bool, error) {
	w := c.wire("ListAccounts", c.portURL, accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	_, err := c.portal.ListAccounts(budget, &sso.ListAccountsInput{
		AccessToken: new(accessToken.Reveal()), MaxResults: new(int32(1)),
	}, w.portal)
	err = w.result(ctx, err)
	if errors.Is(err, ErrUnauthorized) {
		return false, nil
	}
	return err == nil, err
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func optionalSecret(s *string) secret.String {
	if s == nil {
		return secret.String{}
	}
	return secret.New(*s)
}
