package idcenter

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// signInByBrowser is the authorization code grant with PKCE (RFC 7636) and a
// loopback redirect (RFC 8252, section 7.3). It listens before it asks the
// service for anything, so that a port in use is told at once.
func (c *Client) signInByBrowser(ctx context.Context, s SignIn) (Result, error) {
	cb, err := listen(s.CallbackPort)
	if err != nil {
		return Result{}, err
	}
	defer cb.close(ctx)
	if s.Timeout <= 0 {
		s.Timeout = defaultTimeout
	}
	waiting, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	var last *round
	res, err := c.withRegistration(ctx, s, func(reg Registration) (Grant, error) {
		last = cb.expect(newState())
		grant, err := c.authorize(ctx, waiting, s, reg, cb, last)
		if err != nil {
			taken, _ := last.answered()
			var refused *CallbackError
			if !taken || errors.As(err, &refused) && refused.Code != "access_denied" {
				c.drop(s, reg)
			}
			last.finish(err)
		}
		return grant, err
	})
	if err == nil {
		err = s.Keep(ctx, res)
		last.finish(err)
	}
	return res, err
}

// authorize sends the person to the service and changes the code they bring back
// for a grant. waiting is ctx with the time that the person has. The page of the
// round waits for its result.
func (c *Client) authorize(ctx, waiting context.Context, s SignIn, reg Registration, cb *callback, round *round) (Grant, error) {
	verifier := newVerifier()
	s.Listening(cb.port)
	target := c.authorizeURL(reg, s.scopes(), cb.redirectURL(), round.state, verifier)
	byCode := "run this command again with the '--use-device-code' option"
	if s.ByCode != "" {
		byCode = "run: " + s.ByCode
	}
	var failed <-chan error
	if s.NoBrowser {
		s.Show("Browser will not be automatically opened.\nPlease visit the following URL:\n\n" + target + "\n")
	} else {
		s.Show("Attempting to open your default browser. If the browser does not open, open the following URL.\n" +
			"If you are unable to open the URL on this device, " + byCode + ".\n\n" +
			target + "\n\n")
		failed = s.open(ctx, target)
	}

	code, err := s.await(waiting, cb, round, failed)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return Grant{}, err
	}
	grant, err := c.createToken(ctx, reg, &ssooidc.CreateTokenInput{
		GrantType:    new(grantCode),
		Code:         new(code.Reveal()),
		CodeVerifier: new(verifier.Reveal()),
		RedirectUri:  new(cb.redirectURL()),
	}, 0)
	return grant, expired(err)
}

// await returns the code from the browser, or the one that the user pastes. failed
// brings the error of the browser.
func (s SignIn) await(waiting context.Context, cb *callback, round *round, failed <-chan error) (secret.String, error) {
	for {
		select {
		case err := <-failed:
			s.notOpened(err)
		case got := <-round.got:
			return got.code, got.err
		case <-waiting.Done():
			return secret.String{}, ErrExpired
		case text, open := <-s.Pasted:
			if !open {
				s.Pasted = nil
			} else if !cb.pasted(round, text) {
				s.Show("That is not the address at which the browser ended. It begins with " + cb.redirectURL() + "?\n")
			}
		}
	}
}

// expired makes the service's refusal of a code whose time is over ErrExpired.
func expired(err error) error {
	var refusal *ServiceError
	if errors.As(err, &refusal) && refusal.is("ExpiredTokenException", "expired_token") {
		return ErrExpired
	}
	return err
}

// authorizeURL is where the person signs in. The parameters have the AWS CLI's
// order; the service's name of one is scopes, not OAuth's scope.
func (c *Client) authorizeURL(reg Registration, scopes []string, redirect, state string, verifier secret.String) string {
	challenge := sha256.Sum256([]byte(verifier.Reveal()))
	var b strings.Builder
	b.WriteString(c.oidcURL + "/authorize?response_type=code")
	for _, p := range [][2]string{
		{"client_id", reg.ClientID},
		{"redirect_uri", redirect},
		{"state", state},
		{"code_challenge_method", "S256"},
		{"scopes", strings.Join(scopes, " ")},
		{"code_challenge", base64.RawURLEncoding.EncodeToString(challenge[:])},
	} {
		b.WriteString("&" + p[0] + "=" + strings.ReplaceAll(url.QueryEscape(p[1]), "+", "%20"))
	}
	return b.String()
}

// newVerifier returns a PKCE verifier: 64 characters, 6 random bits each. (RFC
// 7636, section 4.1, allows 66 characters; 64 of them make every one as likely.)
func newVerifier() secret.String {
	b := make([]byte, 48)
	_, _ = rand.Read(b) // never fails
	return secret.New(base64.RawURLEncoding.EncodeToString(b))
}

// newState returns a random UUID (RFC 9562, version 4).
func newState() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
