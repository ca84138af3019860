package idcenter

import (
	"context"
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

// createToken fills in who asks and calls the service, with attempts tries (0:
// the client's).
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

func optionalSecret(s *string) secret.String {
	if s == nil {
		return secret.String{}
	}
	return secret.New(*s)
}
