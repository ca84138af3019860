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
	pollInterval = 5 * time.Second // where the service names none (RFC 8628, section 3.2)
	pollSlower   = 5 * time.Second // what slow_down adds (RFC 8628, section 3.5)
	pollFaults   = 4               // how many 5xx in a row end it
)

// deviceWarning is shown with every device code: a code can be sent to anybody, and the
// user who approves it signs in its sender.
const deviceWarning = "\nOnly approve this code if you started this sign-in yourself; " +
	"never approve one that somebody sent you: it would sign them in as you.\n"

// signInByCode is the device authorization grant (RFC 8628). It asks for the
// tokens once before it shows anything, as the AWS CLI does: a service may have
// approved already.
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
		return Grant{}, w.broken("without a code or the page to enter it")
	}
	if reason := unfit("deviceCode", *out.DeviceCode); reason != "" {
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
	return p.run(ctx, func() (Grant, error) { return attempt(1) })
}

// showCode tells the person what to do, in the AWS CLI's words.
func (s SignIn) showCode(out *ssooidc.StartDeviceAuthorizationOutput) {
	uri, code := clean(value(out.VerificationUri)), clean(value(out.UserCode))
	text := "Attempting to open your default browser.\n" +
		"If the browser does not open or you wish to use a different device to authorize this request, open the following URL:\n"
	if s.NoBrowser {
		text = "Browser will not be automatically opened.\nPlease visit the following URL:\n"
	}
	text += "\n" + uri + "\n\nThen enter the code:\n\n" + code + "\n"
	if complete := clean(value(out.VerificationUriComplete)); s.NoBrowser && complete != "" {
		text += "\nAlternatively, you may visit the following URL which will autofill the code upon loading:\n" + complete + "\n"
	}
	s.Show(text)
	s.Show(deviceWarning)
}

// codeLifetime is how long to wait for the person: the service's seconds, but
// not longer than the caller wants.
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

// A poll asks until there is an answer. interval is the pause before each try.
type poll struct {
	interval time.Duration
	deadline time.Time
	faults   int // 5xx in a row

	failed    <-chan error // brings the error of the browser, for notOpened
	notOpened func(error)
}

// run asks, pausing first, until there is an answer or the deadline has passed:
// that is ErrExpired, or the error of the network if it was the last one.
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

// wait says whether err means to ask again later, and how much later that is. A
// login of minutes is not to fail because of one bad second: throttling and the
// network never end it, and a fault of the service only if it stays.
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

// isFault says whether err is the service's own: 5xx or a broken reply.
func isFault(err error) bool {
	var refusal *ServiceError
	if errors.As(err, &refusal) && refusal.Status == http.StatusTooManyRequests {
		return false
	}
	return errors.Is(err, ErrTemporary) && !isNetwork(err)
}
