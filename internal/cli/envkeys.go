package cli

import (
	"errors"
	"fmt"
	"time"

	"lanyard/internal/secret"
	"lanyard/internal/ssocache"
)

// environmentKeys are the keys of the environment, which come first unless a
// profile was named by flag.
func (app *App) environmentKeys() (ssocache.Credentials, bool, error) {
	id := app.getenv("AWS_ACCESS_KEY_ID")
	if id == "" || app.flags.profile != "" {
		return ssocache.Credentials{}, false, nil
	}
	c := ssocache.Credentials{AccessKeyID: id, SecretAccessKey: secret.New(app.getenv("AWS_SECRET_ACCESS_KEY"))}
	if c.SecretAccessKey.IsZero() {
		return ssocache.Credentials{}, false, errors.New("Partial credentials found in env, missing: AWS_SECRET_ACCESS_KEY")
	}
	c.SessionToken = secret.New(app.getenv("AWS_SECURITY_TOKEN"))
	if c.SessionToken.IsZero() {
		c.SessionToken = secret.New(app.getenv("AWS_SESSION_TOKEN"))
	}
	if s := app.getenv("AWS_CREDENTIAL_EXPIRATION"); s != "" {
		t, err := time.Parse(time.RFC3339, s)
		if err != nil {
			return ssocache.Credentials{}, false, fmt.Errorf("AWS_CREDENTIAL_EXPIRATION is not a date: %q", s)
		}
		c.Expiration = t
	}
	c.AccountID = app.getenv("AWS_ACCOUNT_ID")
	return c, true, nil
}
