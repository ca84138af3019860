package ssocache

import (
	"errors"
	"maps"
	"time"

	"lanyard/internal/secret"
)

// Credentials are the temporary keys of one role, as the AWS CLI caches them.
type Credentials struct {
	AccessKeyID                   string
	SecretAccessKey, SessionToken secret.String
	Expiration                    time.Time
	AccountID                     string

	// StartURL tells which session they came from, so that signing out of one
	// session can find them; "" in a file of another program.
	StartURL string

	extra object
}

const (
	providerField = "ProviderType"
	startURLField = "lanyardStartUrl" // ours alone; the AWS CLI ignores it
)

// ErrNotSSO says that a cache file holds the credentials of something else: an
// assumed role, say. They share the folder.
var ErrNotSSO = errors.New("not credentials of an SSO role")

// ParseCredentials reads the content of a role's cache file.
func ParseCredentials(data []byte) (Credentials, error) {
	o, err := decodeObject(data)
	if err != nil {
		return Credentials{}, err
	}
	if kind, err := o.text(providerField); err != nil || kind != "sso" {
		return Credentials{}, ErrNotSSO
	}
	inner, err := decodeObject(o["Credentials"])
	if err != nil {
		return Credentials{}, errors.New("it has no Credentials")
	}
	c := Credentials{extra: maps.Clone(o)}
	var errs [6]error
	var key, token string
	c.AccessKeyID, errs[0] = inner.text("AccessKeyId")
	key, errs[1] = inner.text("SecretAccessKey")
	token, errs[2] = inner.text("SessionToken")
	c.Expiration, errs[3] = inner.time("Expiration")
	c.AccountID, errs[4] = inner.text("AccountId")
	c.StartURL, errs[5] = o.text(startURLField)
	for _, err := range errs {
		if err != nil {
			return Credentials{}, err
		}
	}
	c.SecretAccessKey, c.SessionToken = secret.New(key), secret.New(token)
	if c.AccessKeyID == "" || key == "" || token == "" || c.Expiration.IsZero() {
		return Credentials{}, errors.New("it lacks a key or its expiration")
	}
	return c, nil
}

// Encode writes the content of a role's cache file.
func (c Credentials) Encode() []byte {
	inner := object{}
	inner.set("AccessKeyId", c.AccessKeyID)
	inner.set("SecretAccessKey", c.SecretAccessKey.Reveal())
	inner.set("SessionToken", c.SessionToken.Reveal())
	inner.set("Expiration", FormatTime(c.Expiration))
	inner.set("AccountId", c.AccountID)
	o := object{}
	maps.Copy(o, c.extra)
	o.set(providerField, "sso")
	o["Credentials"] = inner.encode("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration", "AccountId")
	o.set(startURLField, c.StartURL)
	return o.encode(providerField, "Credentials")
}

// Left is how long the keys still work at now.
func (c Credentials) Left(now time.Time) time.Duration { return c.Expiration.Sub(now) }
