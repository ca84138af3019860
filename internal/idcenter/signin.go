package idcenter

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// This file signs a user in, and keeps the client registration.

// defaultTimeout is how long the user may take to sign in. The AWS CLI has the same limit.
const defaultTimeout = 600 * time.Second

// A SignIn describes a sign-in. Only StartURL is required.
type SignIn struct {
	SessionName   string        // of the sso-session; "" for a legacy profile
	StartURL      string        // as configured
	IssuerURL     string        // the start URL from [ResolveStartURL]; "" means StartURL
	Scopes        []string      // as configured; if nil, the browser flow asks for sso:account:access
	Device        bool          // use a device code instead of the browser flow
	NoBrowser     bool          // do not open a browser, and tell the user so
	CallbackPort  int           // the port of the callback server on 127.0.0.1; 0 means any free port
	Registrations Registrations // nil keeps no registration
	// Open opens a URL in the user's browser. It runs concurrently. If it fails, the sign-in
	// continues, because the URL is shown too. If Open is nil, NoBrowser is implied.
	Open func(ctx context.Context, url string) error
	// NotOpened is called with the error if the browser cannot be opened. It may be nil.
	NotOpened func(err error)
	// ByCode is the command line for a sign-in by device code, for a hint. "" means the same
	// command with --use-device-code.
	ByCode string
	// Show prints whole lines for the user, in the AWS CLI's words. If Show is nil, nothing is
	// printed.
	Show func(text string)
	// Listening is called with the port of the callback server, before the sign-in shows the
	// URL. The caller can then explain how to reach the port from another machine. It may be
	// nil.
	Listening func(port int)
	// Pasted receives text from a user whose browser cannot reach the port. The text should be
	// the address at which the browser failed. SignIn checks it like a request. If the address
	// is wrong, SignIn says so with Show. Pasted may be nil.
	Pasted <-chan secret.String
	// Waiting is called when the wait for the user begins. limit is the longest time of the
	// wait. Waiting returns a function that is called after the wait. Waiting may be nil.
	Waiting func(limit time.Duration) (done func())
	// Keep stores the result. The callback page shows success only after Keep has returned; an
	// error of Keep is the error of the sign-in. If Keep is nil, nothing is stored.
	Keep func(ctx context.Context, r Result) error
	// Timeout is how long the user may take. 0 means 600 s for the browser flow, and the
	// service's own limit for a device code.
	Timeout time.Duration
	Now     func() time.Time // nil means time.Now
}

// A Result is a completed sign-in.
type Result struct {
	Grant        Grant
	Registration Registration // needed to refresh the grant
}

// SignIn signs the user in, and returns when s.Keep has stored the tokens. It returns
// [ErrExpired] if the user takes too long. It returns a [CallbackError] or a [ServiceError]
// if the user or the service refuses. A cancelled ctx ends the sign-in at once.
//
// If the service does not accept the client registration, SignIn drops it and starts again
// with a new registration. SignIn also drops the registration if the sign-in ends without a
// callback, or with any error except the user's refusal. For an unknown client, the service
// shows an error page, and does not redirect the browser.
func (c *Client) SignIn(ctx context.Context, s SignIn) (Result, error) {
	if s.StartURL == "" {
		return Result{}, errors.New("a sign-in needs a start URL")
	}
	if s.IssuerURL == "" {
		s.IssuerURL = s.StartURL
	}
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Show == nil {
		s.Show = func(string) {}
	}
	if s.Listening == nil {
		s.Listening = func(int) {}
	}
	if s.Waiting == nil {
		s.Waiting = func(time.Duration) func() { return func() {} }
	}
	if s.Keep == nil {
		s.Keep = func(context.Context, Result) error { return nil }
	}
	if s.Open == nil {
		s.NoBrowser = true
	}
	if !s.Device {
		return c.signInByBrowser(ctx, s)
	}
	res, err := c.withRegistration(ctx, s, func(reg Registration) (Grant, error) { return c.signInByCode(ctx, s, reg) })
	if err == nil {
		err = s.Keep(ctx, res)
	}
	return res, err
}

// withRegistration calls signIn with a client registration. If the service does not accept
// the registration, withRegistration drops it. After a kept registration, withRegistration
// calls signIn once more with a new registration.
func (c *Client) withRegistration(ctx context.Context, s SignIn, signIn func(Registration) (Grant, error)) (Result, error) {
	reg, kept, err := c.registration(ctx, s)
	if err != nil {
		return Result{}, err
	}
	grant, err := signIn(reg)
	if kept && badClient(err) {
		c.drop(s, reg)
		if reg, err = c.newRegistration(ctx, s); err != nil {
			return Result{}, err
		}
		grant, err = signIn(reg)
	}
	if badClient(err) {
		c.drop(s, reg)
	}
	if err != nil {
		return Result{}, err
	}
	return Result{Grant: grant, Registration: reg}, nil
}

// badClient reports whether the service does not accept the client registration, so that a
// new registration may help.
func badClient(err error) bool {
	return errors.Is(err, ErrInvalidClient) || errors.Is(err, ErrUnauthorizedClient)
}

// open opens url in the browser, and returns a channel that receives an error. If s.NoBrowser
// is set, it opens no browser. It opens only https URLs, or http on loopback, because url comes
// from a server.
func (s SignIn) open(ctx context.Context, url string) <-chan error {
	failed := make(chan error, 1)
	if s.NoBrowser {
		return failed
	}
	if err := browser.Allowed(url); err != nil {
		failed <- err
		return failed
	}
	go func() {
		if err := s.Open(ctx, url); err != nil && ctx.Err() == nil {
			failed <- err
		}
	}()
	return failed
}

// notOpened tells the user that the browser was not opened.
func (s SignIn) notOpened(err error) {
	if s.NotOpened != nil {
		s.NotOpened(err)
	}
}

// A Registration identifies lanyard to the service as a client. It is valid for many
// sign-ins, usually for 90 days. The service refreshes a token only for the registration that
// it issued the token to.
type Registration struct {
	ClientID     string
	ClientSecret secret.String
	ExpiresAt    time.Time
	Scopes       []string // as requested; nil if lanyard requested no scopes
	GrantTypes   []string // as requested; nil means the device code only
}

// Registrations keeps the client registration of one session between sign-ins.
type Registrations interface {
	// Load returns the kept registration. ok is false if no registration is kept.
	Load() (Registration, bool)
	// Save keeps a new registration. An error is logged, and the sign-in continues.
	Save(Registration) error
	// Drop removes the registration with this client ID, because the service does not accept
	// it. It keeps a registration with another ID.
	Drop(clientID string) error
}

// registrationReserve is how long a kept registration must still be valid for a sign-in. The
// AWS CLI has the same limit.
const registrationReserve = 15 * time.Minute

// redirectPath is the path of the callback. The client registers a loopback redirect without
// its port (RFC 8252, section 7.3).
const redirectPath = "/oauth/callback"

// registration returns the kept registration if it can be used for s. Otherwise it registers a new
// client.
func (c *Client) registration(ctx context.Context, s SignIn) (reg Registration, reused bool, err error) {
	if s.Registrations != nil {
		if reg, ok := s.Registrations.Load(); ok && s.covered(reg) {
			return reg, true, nil
		}
	}
	reg, err = c.newRegistration(ctx, s)
	return reg, false, err
}

// drop removes a kept registration.
func (c *Client) drop(s SignIn, reg Registration) {
	if s.Registrations == nil {
		return
	}
	if err := s.Registrations.Drop(reg.ClientID); err != nil {
		c.log.Debug("client registration not removed", "error", err)
	}
}

// newRegistration registers a client and keeps the registration.
func (c *Client) newRegistration(ctx context.Context, s SignIn) (Registration, error) {
	reg, err := c.register(ctx, s)
	if err == nil && s.Registrations != nil {
		if err := s.Registrations.Save(reg); err != nil {
			c.log.Debug("client registration not kept", "error", err)
		}
	}
	return reg, err
}

// covered reports whether reg can be used for s. It must be valid for long enough, and must
// have the scopes and the grant type. The AWS CLI records grant types only for the browser
// flow. So a registration without grant types is for device codes.
func (s SignIn) covered(reg Registration) bool {
	if reg.ClientID == "" || reg.ClientSecret.IsZero() || reg.ExpiresAt.Sub(s.Now()) < registrationReserve {
		return false
	}
	for _, scope := range s.scopes() {
		if !slices.Contains(reg.Scopes, scope) {
			return false
		}
	}
	browser := slices.Contains(reg.GrantTypes, grantCode)
	if s.Device {
		return !browser || slices.Contains(reg.GrantTypes, grantDevice)
	}
	return browser
}

// scopes returns the scopes to ask for. Without configured scopes, the browser flow asks for
// the scope that makes a token refreshable. The device flow asks for no scope, like the AWS
// CLI.
func (s SignIn) scopes() []string {
	if len(s.Scopes) == 0 && !s.Device {
		return []string{"sso:account:access"}
	}
	return s.Scopes
}

func (c *Client) register(ctx context.Context, s SignIn) (Registration, error) {
	in := &ssooidc.RegisterClientInput{
		ClientName: new(clientName(s.SessionName, s.Now())),
		ClientType: new("public"),
		Scopes:     s.scopes(),
	}
	if !s.Device {
		// AWS CLI versions before 2.22 need the grant type for device codes. They use the same
		// registration file for a sign-in by device code, and ignore the grant types in the file.
		in.GrantTypes = []string{grantCode, grantRefresh, grantDevice}
		in.RedirectUris = []string{"http://127.0.0.1" + redirectPath}
		in.IssuerUrl = new(s.IssuerURL)
	}
	reg, err := c.registerClient(ctx, in)
	if refusesGrants(err) && len(in.GrantTypes) > 2 {
		in.GrantTypes = in.GrantTypes[:2] // as the AWS CLI registers
		return c.registerClient(ctx, in)
	}
	return reg, err
}

// refusesGrants reports whether the service may have refused a registration because of
// its grant types. AWS does not document the error for this case.
func refusesGrants(err error) bool {
	var refusal *ServiceError
	if !errors.As(err, &refusal) {
		return false
	}
	switch refusal.Code {
	case "UnsupportedGrantTypeException", "InvalidClientMetadataException", "InvalidRequestException":
		return true
	}
	return false
}

func (c *Client) registerClient(ctx context.Context, input *ssooidc.RegisterClientInput) (Registration, error) {
	w := c.wire("RegisterClient", c.oidcURL)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	out, err := c.oidc.RegisterClient(budget, input, w.oidc)
	if err := w.result(ctx, err); err != nil {
		return Registration{}, err
	}
	if value(out.ClientId) == "" || value(out.ClientSecret) == "" || out.ClientSecretExpiresAt <= 0 {
		return Registration{}, w.broken("no client or no expiration")
	}
	if reason := invalidMember("clientId", value(out.ClientId), "clientSecret", value(out.ClientSecret)); reason != "" {
		return Registration{}, w.broken(reason)
	}
	return Registration{
		ClientID:     value(out.ClientId),
		ClientSecret: optionalSecret(out.ClientSecret),
		ExpiresAt:    time.Unix(out.ClientSecretExpiresAt, 0).UTC(),
		Scopes:       slices.Clone(input.Scopes),
		GrantTypes:   slices.Clone(input.GrantTypes),
	}, nil
}

// clientName returns the name to register. The name contains the session's name, or the time
// if the session has no name. A hyphen replaces each character that a client name must not
// contain.
func clientName(session string, now time.Time) string {
	if session == "" {
		return "lanyard-" + strconv.FormatInt(now.Unix(), 10)
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '_', r == '-':
			return r
		}
		return '-'
	}, session)
	return "lanyard-" + name[:min(len(name), 64)]
}
