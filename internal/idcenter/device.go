package idcenter

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ssooidc"
)

const (
	pollInterval = 5 * time.Second // if the service sends no interval (RFC 8628, section 3.2)
	pollSlower   = 5 * time.Second // added after slow_down (RFC 8628, section 3.5)
	pollFaults   = 4               // consecutive 5xx replies that end the poll
)

// deviceWarning is shown with every device code. An attacker can send a code to a user. If
// the user approves the code, the attacker is signed in.
const deviceWarning = "\nOnly approve this code if you started this sign-in yourself. Never approve a\n" +
	"code that another person sent you: that person would be signed in as you.\n"

// signInByCode signs in by the device authorization grant (RFC 8628). Like the AWS CLI, it
// asks for the tokens once before it shows the code. The service may already have approved
// the sign-in.
func (c *Client) signInByCode(ctx context.Context, s SignIn, reg Registration) (Grant, error) {
	w := c.wire("StartDeviceAuthorization", c.oidcURL, reg.ClientSecret)
	budget, cancel := context.WithTimeout(ctx, c.budget)
	defer cancel()
	out, err := c.oidc.StartDeviceAuthorization(budget, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: &reg.ClientID, ClientSecret: new(reg.ClientSecret.Reveal()), StartUrl: &s.IssuerURL,
	}, w.oidc)
	if err := w.result(ctx, err); err != nil {
		return Grant{}, err
	}
	if value(out.DeviceCode) == "" || value(out.UserCode) == "" || value(out.VerificationUri) == "" {
		return Grant{}, w.broken("no code or no verification page")
	}
	if reason := invalidMember("deviceCode", *out.DeviceCode); reason != "" {
		return Grant{}, w.broken(reason)
	}
	attempt := func(tries int) (Grant, error) {
		return c.createToken(ctx, reg, &ssooidc.CreateTokenInput{
			GrantType: new(grantDevice), DeviceCode: new(*out.DeviceCode),
		}, tries)
	}

	start := time.Now()
	grant, err := attempt(0)
	p := poll{interval: time.Duration(out.Interval) * time.Second}
	if p.interval <= 0 {
		p.interval = pollInterval
	}
	if err == nil || !p.wait(err) || isNetwork(err) || isFault(err) {
		return grant, expired(err)
	}
	s.showCode(out)
	p.failed, p.notOpened = s.open(ctx, cmp.Or(value(out.VerificationUriComplete), value(out.VerificationUri))), s.notOpened
	p.deadline = start.Add(s.codeLifetime(out.ExpiresIn))
	done := s.Waiting(time.Until(p.deadline))
	defer done()
	return p.run(ctx, func() (Grant, error) { return attempt(1) })
}

// showCode shows the code and the instructions, in the AWS CLI's words.
func (s SignIn) showCode(authorization *ssooidc.StartDeviceAuthorizationOutput) {
	uri, code := clean(value(authorization.VerificationUri)), clean(value(authorization.UserCode))
	text := "Attempting to open your default browser.\n" +
		"If the browser does not open or you wish to use a different device to authorize this request, open the following URL:\n"
	if s.NoBrowser {
		text = "Browser will not be automatically opened.\nPlease visit the following URL:\n"
	}
	text += "\n" + uri + "\n\nThen enter the code:\n\n" + code + "\n"
	if complete := clean(value(authorization.VerificationUriComplete)); s.NoBrowser && complete != "" {
		text += "\nAlternatively, you may visit the following URL which will autofill the code upon loading:\n" + complete + "\n"
	}
	s.Show(text)
	s.Show(deviceWarning)
}

// codeLifetime returns how long to wait for the user: as long as the service allows, but at
// most s.Timeout.
func (s SignIn) codeLifetime(seconds int32) time.Duration {
	lifetime := time.Duration(seconds) * time.Second
	if lifetime <= 0 {
		lifetime = defaultTimeout
	}
	if s.Timeout > 0 {
		lifetime = min(lifetime, s.Timeout)
	}
	return lifetime
}

// A poll asks the service again and again until the user has answered. interval is the pause
// before each attempt.
type poll struct {
	interval time.Duration
	deadline time.Time
	faults   int // consecutive 5xx replies

	failed    <-chan error // receives an error if the browser cannot be opened
	notOpened func(error)
}

// run pauses and asks until the user has answered. After the deadline it returns ErrExpired,
// or the network error of the last attempt.
func (p *poll) run(ctx context.Context, attempt func() (Grant, error)) (Grant, error) {
	last := ErrExpired
	for {
		pause := time.NewTimer(min(p.interval, time.Until(p.deadline)))
		for resting := true; resting; {
			select {
			case <-ctx.Done():
				pause.Stop()
				return Grant{}, ctx.Err()
			case err := <-p.failed:
				p.notOpened(err)
			case <-pause.C:
				resting = false
			}
		}
		if !time.Now().Before(p.deadline) {
			return Grant{}, last
		}
		grant, err := attempt()
		if err == nil || !p.wait(err) {
			return grant, expired(err)
		}
		if last = ErrExpired; isNetwork(err) {
			last = err
		}
	}
}

// wait reports whether to ask again after err, and sets the interval. The user needs minutes
// to sign in, so a short failure must not end the poll. Throttling and network errors never
// end the poll. Errors of the service end it only after some attempts.
func (p *poll) wait(err error) bool {
	var refusal *ServiceError
	errors.As(err, &refusal)
	if !isFault(err) {
		p.faults = 0
	}
	switch {
	case refusal != nil && refusal.is("AuthorizationPendingException", "authorization_pending"):
		return true
	case refusal != nil && (refusal.is("SlowDownException", "slow_down") || refusal.Status == http.StatusTooManyRequests):
		p.interval += pollSlower
		return true
	case isNetwork(err):
		return true
	case isFault(err):
		p.faults++
		return p.faults < pollFaults
	}
	return false
}

func isNetwork(err error) bool { return errors.Is(err, ErrNetwork) }

// isFault reports whether the service failed: status 5xx or a broken reply.
func isFault(err error) bool {
	var refusal *ServiceError
	if errors.As(err, &refusal) && refusal.Status == http.StatusTooManyRequests {
		return false
	}
	return errors.Is(err, ErrTemporary) && !isNetwork(err)
}
