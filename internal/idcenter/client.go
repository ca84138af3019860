// Package idcenter is a client for AWS IAM Identity Center. It signs a user in with PKCE in
// the browser, or with a device code. It refreshes tokens, and gets accounts, roles and role
// credentials from the access portal.
//
// Start with [New] and [Client.SignIn]. The package stores nothing: the caller stores tokens,
// and keeps client registrations through [Registrations].
//
// Every call has a time limit: see [Options]. It returns one of three error types:
// [ServiceError], [ConnectError] or [ReplyError]. To test an error, use [errors.Is] with the
// sentinel errors of this package. After a cancelled context, a call returns the error of the
// context unchanged. No error and no log line contains a secret.
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

// Options configure a client.
type Options struct {
	// Region is the region of the instance, "eu-west-1". It may be empty if both endpoints
	// are given.
	Region string
	// StartURL is the start URL of the session, or "". For a dual-stack portal the client
	// uses the dual-stack sign-in service.
	StartURL string
	// OIDCEndpoint and PortalEndpoint are base URLs. They must be https, or http on loopback. ""
	// means AWS's own endpoint in the region.
	OIDCEndpoint, PortalEndpoint string
	// FIPS and DualStack choose the variants of AWS's own endpoints. They cannot be combined
	// with a custom endpoint.
	FIPS, DualStack bool
	// HTTP makes the requests; nil means a client with 5 s to connect. If its Timeout is 0,
	// each attempt has 10 s. The client follows no redirects and keeps no cookies, because
	// the requests contain tokens.
	HTTP *http.Client
	// MaxAttempts limits the attempts of a call; 0 means 3. A call is repeated only after a
	// network error, status 429 or 5xx, and within 25 s.
	MaxAttempts int
	// Now returns the time that the client compares with the service's clock. nil means
	// time.Now.
	Now func() time.Time
	// Log gets a line for each attempt at level Debug; nil means no log.
	Log *slog.Logger
	// AgentMark is appended to the User-Agent of the SDK, such as "m/AN" for an AI agent: see
	// package caller. "" appends nothing.
	AgentMark string
}

// A Client calls the services of one Identity Center. It is safe for concurrent use.
type Client struct {
	oidc     *ssooidc.Client
	portal   *sso.Client
	oidcURL  string
	portURL  string
	http     *http.Client
	attempts int
	budget   time.Duration // usually callBudget
	pause    time.Duration // usually maxPause
	now      func() time.Time
	log      *slog.Logger
	mark     string // see Options.AgentMark
}

// The time limits of a call.
const (
	connectBudget = 5 * time.Second  // for the connection, and again for TLS
	tryBudget     = 10 * time.Second // for one attempt: connect, send, read the whole reply
	callBudget    = 25 * time.Second // for all attempts and the pauses between them
	maxPause      = 4 * time.Second  // the longest pause; pauses are random
)

// New returns a client. It returns an error for an invalid region, endpoint or combination of
// options. It makes no request.
func New(o Options) (*Client, error) {
	oidcURL, portalURL, err := endpoints(o)
	if err != nil {
		return nil, err
	}
	c := &Client{
		oidcURL: oidcURL, portURL: portalURL, http: withoutRedirects(o.HTTP), attempts: o.MaxAttempts, budget: callBudget, pause: maxPause,
		now: o.Now, log: o.Log, mark: o.AgentMark,
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
	// The requests are not signed, so the SDK must not correct the clock. It would take a
	// refused sign-in for a wrong clock, and repeat the request.
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

// OIDCURL returns the base URL of the sign-in service, without a slash at the end.
func (c *Client) OIDCURL() string { return c.oidcURL }

// PortalURL returns the base URL of the access portal, without a slash at the end.
func (c *Client) PortalURL() string { return c.portURL }

// withoutRedirects returns a copy of hc that follows no redirects, because a redirected
// request would contain the headers with the token. If hc is nil, it returns a default
// client.
func withoutRedirects(hc *http.Client) *http.Client {
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

// endpoints returns the base URLs of the two services. Without custom endpoints, it uses the
// SDK's rules for the region: partitions, FIPS, dual-stack.
func endpoints(o Options) (oidc, portal string, err error) {
	if o.Region != "" && !regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$`).MatchString(o.Region) {
		// The region becomes part of a host name.
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

// checkEndpoint returns an error for plain http to another machine, because such an endpoint
// must not get a token. "" means AWS's own endpoint.
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
	return fmt.Errorf("endpoint %s: tokens would be sent in plaintext: use https, or http on a loopback address", clean(u.Redacted()))
}

// ruleError removes the SDK's prefix from the error of an endpoint rule.
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

// This part has the calls of the sign-in service and of the access portal.

// A Grant holds the tokens from a sign-in or a refresh.
type Grant struct {
	AccessToken  secret.String
	RefreshToken secret.String // zero if the reply has no refresh token; the old token then stays valid
	Lifetime     time.Duration // of the access token, from the time of the reply; whole seconds
	Clock        Clock
}

// The values of grantType.
const (
	grantCode    = "authorization_code"
	grantRefresh = "refresh_token"
	grantDevice  = "urn:ietf:params:oauth:grant-type:device_code"
)

// Refresh exchanges refreshToken for a new grant. The service accepts a refresh token only
// once, or only for a short time. So the caller must make sure before the call that it can
// store the new token. A cancelled ctx stops the call only until the refresh token is sent.
// After that, the call ends with the reply or at the deadline of ctx. [ErrInvalidGrant] means
// that the session has ended. [ErrInvalidClient] means that the client registration is no
// longer valid.
func (c *Client) Refresh(ctx context.Context, reg Registration, refreshToken secret.String) (Grant, error) {
	return c.createToken(ctx, reg, &ssooidc.CreateTokenInput{
		GrantType:    new(grantRefresh),
		RefreshToken: new(refreshToken.Reveal()),
	}, 0)
}

// createToken adds the client registration to the request and calls the service. attempts
// limits the attempts; 0 means the client's own limit.
func (c *Client) createToken(ctx context.Context, reg Registration, input *ssooidc.CreateTokenInput, attempts int) (Grant, error) {
	input.ClientId, input.ClientSecret = new(reg.ClientID), new(reg.ClientSecret.Reveal())
	w := c.wire("CreateToken", c.oidcURL, reg.ClientSecret, optionalSecret(input.RefreshToken), optionalSecret(input.Code),
		optionalSecret(input.CodeVerifier), optionalSecret(input.DeviceCode))
	if attempts > 0 {
		w.retryer = retryer(attempts, c.pause)
	}
	budget, cancel := context.WithTimeout(ctx, c.budget)
	if *input.GrantType == grantRefresh {
		cancel()
		w.spending = new(spendingCall)
		budget, cancel = w.spending.begin(ctx, c.budget)
	}
	defer cancel()
	out, err := c.oidc.CreateToken(budget, input, w.oidc)
	if w.spending != nil && w.spending.done() {
		ctx = context.WithoutCancel(ctx) // use the reply even if ctx is cancelled
	}
	if err := w.result(ctx, err); err != nil {
		return Grant{}, err
	}
	if optionalSecret(out.AccessToken).IsZero() || out.ExpiresIn <= 0 {
		return Grant{}, w.broken("no token or no lifetime")
	}
	if reason := invalidMember("accessToken", value(out.AccessToken), "refreshToken", value(out.RefreshToken)); reason != "" {
		return Grant{}, w.broken(reason)
	}
	return Grant{
		AccessToken:  optionalSecret(out.AccessToken),
		RefreshToken: optionalSecret(out.RefreshToken),
		Lifetime:     time.Duration(out.ExpiresIn) * time.Second,
		Clock:        w.reply.clock,
	}, nil
}

// Credentials are role credentials.
type Credentials struct {
	AccessKeyID     string
	SecretAccessKey secret.String
	SessionToken    secret.String
	Expiration      time.Time // by the service's clock
	Clock           Clock
}

// An Account is an account that the user can access.
type Account struct{ ID, Name, Email string }

// A Role is a role that the user has in an account.
type Role struct{ Name, AccountID string }

// lastDate is the end of the year 9999 in milliseconds. RFC 3339 has no later dates.
const lastDate = 253402300799999

// pageSize is the largest page of the portal.
const pageSize = 100

// RoleCredentials returns credentials of a role in an account. [ErrUnauthorized] means that
// the access token is not valid. [ErrForbidden] means that the user does not have the role.
func (c *Client) RoleCredentials(ctx context.Context, accessToken secret.String, accountID, roleName string) (Credentials, error) {
	return c.roleCredentials(ctx, c.wire("GetRoleCredentials", c.portURL, accessToken), (*wire).result, accessToken, accountID, roleName)
}

// RoleCredentialsOnce does the same as RoleCredentials, for a caller that limits the rate of its
// requests. It does not repeat a request with status 429. The error for too many requests is a
// [ThrottledError].
func (c *Client) RoleCredentialsOnce(ctx context.Context, accessToken secret.String, accountID, roleName string) (Credentials, error) {
	return c.roleCredentials(ctx, c.listing("GetRoleCredentials", accessToken), (*wire).listed, accessToken, accountID, roleName)
}

func (c *Client) roleCredentials(ctx context.Context, w *wire, result func(*wire, context.Context, error) error, accessToken secret.String, accountID, roleName string) (Credentials, error) {
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	out, err := c.portal.GetRoleCredentials(budget, &sso.GetRoleCredentialsInput{
		AccessToken: new(accessToken.Reveal()), AccountId: &accountID, RoleName: &roleName,
	}, w.portal)
	if err := result(w, ctx, err); err != nil {
		return Credentials{}, err
	}
	keys := out.RoleCredentials
	if keys == nil || value(keys.AccessKeyId) == "" || value(keys.SecretAccessKey) == "" || value(keys.SessionToken) == "" || keys.Expiration <= 0 || keys.Expiration > lastDate {
		return Credentials{}, w.broken("no credentials or no expiration")
	}
	if reason := invalidMember("accessKeyId", value(keys.AccessKeyId), "secretAccessKey", value(keys.SecretAccessKey), "sessionToken", value(keys.SessionToken)); reason != "" {
		return Credentials{}, w.broken(reason)
	}
	return Credentials{
		AccessKeyID:     value(keys.AccessKeyId),
		SecretAccessKey: optionalSecret(keys.SecretAccessKey),
		SessionToken:    optionalSecret(keys.SessionToken),
		Expiration:      time.UnixMilli(keys.Expiration).UTC(), // milliseconds; other replies have seconds
		Clock:           w.reply.clock,
	}, nil
}

// Accounts yields the accounts of the user. It fetches a page when the caller has consumed
// the previous page. An error ends the sequence. The time limit of a call applies to each
// page.
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

// Roles yields the user's roles in an account. It fetches pages like [Client.Accounts].
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

// pages yields the items of the pages that fetch returns. If a page names itself as the next
// page, it yields an error instead of looping.
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
				yield(zero, w.broken("the next page is the same page"))
				return
			}
			next = following
		}
	}
}

// Logout ends the session of the access token at the service. The session's refresh token
// then no longer works. [ErrUnauthorized] means that the access token is not valid.
func (c *Client) Logout(ctx context.Context, accessToken secret.String) error {
	w := c.wire("Logout", c.portURL, accessToken)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	_, err := c.portal.Logout(budget, &sso.LogoutInput{AccessToken: new(accessToken.Reveal())}, w.portal)
	return w.result(ctx, err)
}

// Accepts reports whether the portal accepts the access token. It tries to list one account.
// An error means that the answer is unknown.
func (c *Client) Accepts(ctx context.Context, accessToken secret.String) (bool, error) {
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
