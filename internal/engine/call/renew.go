package call

import (
	"context"
	"errors"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/engine/document"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// Expired reports whether the service says that the credentials have expired. EC2 sends
// RequestExpired, also for a signature that is too old.
func (e *ServiceError) Expired() bool {
	return slices.Contains([]string{"ExpiredToken", "ExpiredTokenException", "RequestExpired"}, e.Code)
}

// unauthorized is the code with which the access portal refuses a token.
const unauthorized = "UnauthorizedException"

// tokenMember is the access token among the parameters of the access portal.
const tokenMember = "accessToken"

// renew replaces what the service refused as expired. It reports whether there is
// something new to try. Its error is the one of Renew or RenewToken.
func (c *Client) renew(ctx context.Context, svc *model.Service, op *model.Operation, input *document.Object, used Credentials, err error) (bool, error) {
	var refused *ServiceError
	switch {
	case !errors.As(err, &refused):
		return false, nil
	case c.RenewToken != nil && svc.Name == "sso" && refused.Code == unauthorized:
		rejected, _ := input.Get(tokenMember)
		text, _ := rejected.(string)
		token, err := c.RenewToken(ctx, secret.New(text))
		if err != nil {
			return false, err
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.newToken = token
		return true, nil
	case c.Renew != nil && !op.Unsigned && refused.Expired():
		keys, err := c.Renew(ctx, used)
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

// keys returns the credentials in use.
func (c *Client) keys() Credentials {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.newKeys.AccessKeyID != "" {
		return c.newKeys
	}
	return c.Credentials
}

// withToken returns the input with the access token in use.
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
