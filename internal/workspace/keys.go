package workspace

import (
	"errors"
	"fmt"
	"time"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// EnvironmentKeys returns the keys of the environment. These keys override the profile, unless
// --profile or --role is set.
func EnvironmentKeys(app *command.App) (ssocache.Credentials, bool, error) {
	id := app.Env.Get("AWS_ACCESS_KEY_ID")
	if id == "" || app.Flags.Profile != "" || app.Flags.Role.Name != "" {
		return ssocache.Credentials{}, false, nil
	}
	c := ssocache.Credentials{AccessKeyID: id, SecretAccessKey: secret.New(app.Env.Get("AWS_SECRET_ACCESS_KEY"))}
	if c.SecretAccessKey.IsZero() {
		return ssocache.Credentials{}, false, errors.New("Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY")
	}
	c.SessionToken = secret.New(app.Env.Get("AWS_SECURITY_TOKEN"))
	if c.SessionToken.IsZero() {
		c.SessionToken = secret.New(app.Env.Get("AWS_SESSION_TOKEN"))
	}
	var err error
	if c.Expiration, err = environmentExpiration(app, !c.SessionToken.IsZero()); err != nil {
		return ssocache.Credentials{}, false, err
	}
	c.AccountID = app.Env.Get("AWS_ACCOUNT_ID")
	return c, true, nil
}

// ErrExpiredKeys is the AWS CLI's error for expired keys.
var ErrExpiredKeys = errors.New("Credentials were refreshed, but the refreshed credentials are still expired.")

// environmentExpiration returns when the keys of the environment expire, or the zero time if
// no variable says so. It returns an error if they have expired.
//
// The AWS CLI reads AWS_CREDENTIAL_EXPIRATION. Other tools set AWS_SESSION_EXPIRATION with
// temporary keys. The AWS CLI ignores that variable, so lanyard uses it only if its date is
// in the past.
func environmentExpiration(app *command.App, temporary bool) (time.Time, error) {
	expired := func(variable string, at time.Time) error {
		return command.WithHint(ErrExpiredKeys,
			"%s says that the keys in AWS_ACCESS_KEY_ID expired at %s: set new keys, or unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN and %s",
			variable, ssocache.FormatTime(at), variable)
	}
	const own, other = "AWS_CREDENTIAL_EXPIRATION", "AWS_SESSION_EXPIRATION"
	if s := app.Env.Get(own); s != "" {
		t, err := ssocache.ParseTime(s)
		switch {
		case err != nil:
			return time.Time{}, fmt.Errorf("%s is not a date: %q", own, s)
		case !t.After(app.Now()):
			return time.Time{}, expired(own, t)
		}
		return t, nil
	}
	if t, err := ssocache.ParseTime(app.Env.Get(other)); temporary && err == nil && !t.After(app.Now()) {
		return time.Time{}, expired(other, t)
	}
	return time.Time{}, nil
}

// StaticKeys returns the keys in the files themselves, and the AWS CLI's word for their
// source.
func StaticKeys(p *profile.Profile) (c ssocache.Credentials, kind string, err error) {
	get, credentials, err := p.StaticKeys()
	if err != nil {
		return c, "", err
	}
	c = ssocache.Credentials{
		AccessKeyID: get("aws_access_key_id"), SecretAccessKey: secret.New(get("aws_secret_access_key")),
		SessionToken: secret.New(get("aws_security_token")), AccountID: get("aws_account_id"),
	}
	if c.SessionToken.IsZero() {
		c.SessionToken = secret.New(get("aws_session_token"))
	}
	kind = "config-file"
	if credentials {
		kind = "shared-credentials-file"
	}
	return c, kind, nil
}
