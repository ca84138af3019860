package idcenter

import (
	"context"
	"errors"
	"time"

	"github.com/lanyard-cli/lanyard/internal/browser"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

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
