package idcenter

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

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
