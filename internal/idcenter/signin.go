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

// A sign-in, and the client registration that it needs.

// defaultTimeout is how long a person may take; the AWS CLI's.
const defaultTimeout = 600 * time.Second

// A SignIn says whom to sign in where, and how the person is reached. Only
// StartURL is required.
type SignIn struct {
	SessionName   string        // of the sso-session; "" = a legacy profile
	StartURL      string        // as configured
	IssuerURL     string        // the start URL as [ResolveStartURL] gives it; "" = StartURL
	Scopes        []string      // as configured; nil = none: then the browser flow asks for sso:account:access
	Device        bool          // use a device code instead of the browser flow
	NoBrowser     bool          // open nothing and say so
	CallbackPort  int           // where the browser comes back to on 127.0.0.1; 0 = any free port
	Registrations Registrations // nil = none is kept
	// Open opens a URL in the person's browser. It runs beside the sign-in, which
	// goes on if it fails: the URL has been shown. nil means that nothing is
	// opened, as with NoBrowser.
	Open func(ctx context.Context, url string) error
	// NotOpened is called with the error if the browser was not opened; nil ignores
	// the error.
	NotOpened func(err error)
	// ByCode is the command that signs in by a code; "" = the same again with
	// --use-device-code.
	ByCode string
	// Show gives the person something to read: whole lines, the AWS CLI's words.
	// nil shows nothing.
	Show func(text string)
	// Listening is told the port of the browser flow before the URL is shown, for
	// a word on how to reach it from another machine; nil is not told.
	Listening func(port int)
	// Pasted brings what a person pastes who cannot reach the port: the address
	// at which their browser gave up. It passes the checks of a browser's visit;
	// what does not is answered through Show. nil brings nothing.
	Pasted <-chan secret.String
	// Keep stores what the sign-in brought. The browser's page tells the result
	// only after it: an error of Keep is the result of the sign-in. nil stores
	// nothing.
	Keep func(ctx context.Context, r Result) error
	// Timeout is how long the person may take; 0 means 600 s for the browser
	// flow, and until the service's own limit for a device code.
	Timeout time.Duration
	Now     func() time.Time // nil means time.Now
}

// A Result is a completed sign-in.
type Result struct {
	Grant        Grant
	Registration Registration // the one that can refresh the grant
}

// SignIn lets a person sign in, and returns when the tokens are kept. What
// they do not do in time is [ErrExpired]; what they or the service refuse is a
// [CallbackError] or a [ServiceError]; a cancelled ctx ends it at once.
//
// A registration that the service does not accept is dropped, and the sign-in begins
// once more with a new one. A sign-in that ends without a visit of the browser, or with
// another error than a refusal by the user, also drops its registration: the service
// shows an unknown client an error page and does not send the browser back.
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

// withRegistration calls signIn with a registration. If the service does not accept
// its client, the registration is dropped, and if it was a kept one, signIn is
// called once more with a new one.
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

// badClient reports whether the service does not know the client, or does not let it
// sign in: a new registration may help.
func badClient(err error) bool {
	return errors.Is(err, ErrInvalidClient) || errors.Is(err, ErrUnauthorizedClient)
}

// open opens url beside the sign-in, if anything is to be opened, and returns where
// its error will come. It never opens what a browser should not get from a server:
// only https, or http on loopback.
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

// notOpened reports that the browser was not opened.
func (s SignIn) notOpened(err error) {
	if s.NotOpened != nil {
		s.NotOpened(err)
	}
}

// A Registration makes us known to the service as a client. It is good for many
// sign-ins, some 90 days, and needed for every refresh of a token that it got.
type Registration struct {
	ClientID     string
	ClientSecret secret.String
	ExpiresAt    time.Time
	Scopes       []string // as requested; nil = none
	GrantTypes   []string // as requested; nil = none, which means the device code only
}

// Registrations keep the registration of one session between sign-ins.
type Registrations interface {
	// Load returns the registration kept; false means there is none to use.
	Load() (Registration, bool)
	// Save keeps a new one. An error is logged and the sign-in goes on.
	Save(Registration) error
	// Drop forgets the registration of a client that the service does not accept.
	// A registration of another client, made meanwhile, stays.
	Drop(clientID string) error
}

// registrationReserve is the least life in which a registration is used again;
// the AWS CLI's.
const registrationReserve = 15 * time.Minute

// redirectPath is where the browser comes back to. A loopback redirect is
// registered without the port it will have (RFC 8252, section 7.3).
const redirectPath = "/oauth/callback"

// registration returns the registration kept if it will do for s, else a new
// one; kept says which.
func (c *Client) registration(ctx context.Context, s SignIn) (reg Registration, kept bool, err error) {
	if s.Registrations != nil {
		if reg, ok := s.Registrations.Load(); ok && s.covered(reg) {
			return reg, true, nil
		}
	}
	reg, err = c.newRegistration(ctx, s)
	return reg, false, err
}

// drop forgets a registration.
func (c *Client) drop(s SignIn, reg Registration) {
	if s.Registrations == nil {
		return
	}
	if err := s.Registrations.Drop(reg.ClientID); err != nil {
		c.log.Debug("the client registration is not removed", "error", err)
	}
}

// newRegistration registers and keeps the result.
func (c *Client) newRegistration(ctx context.Context, s SignIn) (Registration, error) {
	reg, err := c.register(ctx, s)
	if err == nil && s.Registrations != nil {
		if err := s.Registrations.Save(reg); err != nil {
			c.log.Debug("the client registration is not kept", "error", err)
		}
	}
	return reg, err
}

// covered reports whether reg may be used for s: it is not near its end, has the
// scopes, and may be used in the browser or with a device code. The AWS CLI notes
// grant types only for the browser, so a registration without any is a device's.
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

// scopes are those to ask for. Without any the browser flow asks for the one
// that makes a token refreshable, the device flow for none: so does the AWS CLI.
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
		// The device code is for an AWS CLI before 2.22: it shares the file of the
		// registration, does not read its grant types, and signs in by code.
		in.GrantTypes = []string{grantCode, grantRefresh, grantDevice}
		in.RedirectUris = []string{"http://127.0.0.1" + redirectPath}
		in.IssuerUrl = new(s.IssuerURL)
	}
	reg, err := c.registerClient(ctx, in)
	if refusesGrants(err) && len(in.GrantTypes) > 2 {
		in.GrantTypes = in.GrantTypes[:2] // what the AWS CLI registers
		return c.registerClient(ctx, in)
	}
	return reg, err
}

// refusesGrants reports whether the service may have refused a registration because of
// its grant types. AWS does not say which of its errors means that.
func refusesGrants(err error) bool {
	var no *ServiceError
	if !errors.As(err, &no) {
		return false
	}
	switch no.Code {
	case "UnsupportedGrantTypeException", "InvalidClientMetadataException", "InvalidRequestException":
		return true
	}
	return false
}

func (c *Client) registerClient(ctx context.Context, in *ssooidc.RegisterClientInput) (Registration, error) {
	w := c.wire("RegisterClient", c.oidcURL)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	out, err := c.oidc.RegisterClient(budget, in, w.oidc)
	if err := w.result(ctx, err); err != nil {
		return Registration{}, err
	}
	if value(out.ClientId) == "" || value(out.ClientSecret) == "" || out.ClientSecretExpiresAt <= 0 {
		return Registration{}, w.broken("without a client or its expiration")
	}
	if reason := unfit("clientId", value(out.ClientId), "clientSecret", value(out.ClientSecret)); reason != "" {
		return Registration{}, w.broken(reason)
	}
	return Registration{
		ClientID:     value(out.ClientId),
		ClientSecret: optionalSecret(out.ClientSecret),
		ExpiresAt:    time.Unix(out.ClientSecretExpiresAt, 0).UTC(),
		Scopes:       slices.Clone(in.Scopes),
		GrantTypes:   slices.Clone(in.GrantTypes),
	}, nil
}

// clientName is what the service calls us: after the session or, without one,
// the time. Characters that a name of a client may not have become hyphens.
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
