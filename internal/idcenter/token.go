// The call that yields tokens. A refresh spends its token, so it is broken off only
// before that token is sent.

package idcenter

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

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

// A spending follows a call that sends a secret which can be used once. The call can be
// broken off without harm until the first byte is sent. After that it must not be: the
// reply holds the successor of the secret.
type spending struct {
	mu            sync.Mutex
	sent, stopped bool
}

// begin returns the context of the call. It ends with ctx until something is sent, and
// in any case after the limit or at ctx's deadline.
func (s *spending) begin(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	end := time.Now().Add(limit)
	if deadline, ok := ctx.Deadline(); ok && deadline.Before(end) {
		end = deadline
	}
	held, cancel := context.WithDeadline(context.WithoutCancel(ctx), end)
	unwatch := context.AfterFunc(ctx, func() {
		if s.stop() {
			cancel()
		}
	})
	return held, func() { unwatch(); cancel() }
}

// stop breaks the call off, unless something was sent, and reports whether it did.
func (s *spending) stop() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopped = !s.sent
	return s.stopped
}

// send is called before something is sent.
func (s *spending) send() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopped {
		return context.Canceled
	}
	s.sent = true
	return nil
}

func (s *spending) done() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sent
}

// watch returns the request with a body that says when it is sent. A nil spending
// changes nothing.
func (s *spending) watch(req *http.Request) *http.Request {
	if s == nil || req.Body == nil {
		return req
	}
	watched := req.WithContext(req.Context()) // a copy
	watched.Body = &spentBody{req.Body, s}
	if req.GetBody != nil {
		watched.GetBody = func() (io.ReadCloser, error) {
			body, err := req.GetBody()
			return &spentBody{body, s}, err
		}
	}
	return watched
}

type spentBody struct {
	io.ReadCloser
	spending *spending
}

func (b *spentBody) Read(p []byte) (int, error) {
	if err := b.spending.send(); err != nil {
		return 0, err
	}
	return b.ReadCloser.Read(p)
}

func optionalSecret(s *string) secret.String {
	if s == nil {
		return secret.String{}
	}
	return secret.New(*s)
}
