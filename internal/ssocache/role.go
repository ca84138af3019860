package ssocache

import (
	"bytes"
	"errors"
	"maps"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// Credentials are the temporary keys of one role, as the AWS CLI caches them.
type Credentials struct {
	AccessKeyID                   string
	SecretAccessKey, SessionToken secret.String
	Expiration                    time.Time
	AccountID                     string

	// Session is the cache key of the session they came from (see TokenName), so
	// that signing out of one finds them; "" in a file of another program.
	Session string

	// StartURL is the start URL they came from; "" in a file of another program.
	// The name of the file does not tell: see Token.Belongs.
	StartURL string

	// Origin is the access portal they came from, as in [Origin]; "" in a file of
	// another program.
	Origin string

	// Life is how long the keys lived when they were issued; 0 means that it is
	// not known.
	Life time.Duration

	extra object
}

const (
	providerField = "ProviderType"
	startURLField = "lanyardStartUrl"
	sessionField  = "lanyardSession" // ours alone; the AWS CLI ignores it
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
	var errs [8]error
	var key, token string
	c.AccessKeyID, errs[0] = inner.text("AccessKeyId")
	key, errs[1] = inner.text("SecretAccessKey")
	token, errs[2] = inner.text("SessionToken")
	c.Expiration, errs[3] = inner.time("Expiration")
	c.AccountID, errs[4] = inner.text("AccountId")
	c.Session, errs[5] = o.text(sessionField)
	c.StartURL, errs[6] = o.text(startURLField)
	var origin Origin
	origin, errs[7] = o.origin()
	c.Origin = origin.SignIn
	for _, err := range errs {
		if err != nil {
			return Credentials{}, err
		}
	}
	c.SecretAccessKey, c.SessionToken = secret.New(key), secret.New(token)
	c.Life = o.seconds(lifeField)
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
	o.set(sessionField, c.Session)
	o.set(startURLField, c.StartURL)
	o.set(originField, c.Origin)
	delete(o, lifeField)
	if c.Life > 0 {
		o[lifeField] = seconds(c.Life)
	}
	return o.encode(providerField, "Credentials")
}

// Left is how long the keys still work at now.
func (c Credentials) Left(now time.Time) time.Duration { return c.Expiration.Sub(now) }

// ProcessJSON is the document that credential_process defines, version 1. The
// date ends in Z, which every SDK reads; credentials with a zero Expiration do
// not expire.
func (c Credentials) ProcessJSON() []byte { return c.process(FormatTime) }

// ExportJSON is the same document as the AWS CLI's "configure
// export-credentials" prints it: no account, and the offset in numbers.
func (c Credentials) ExportJSON() []byte {
	c.AccountID = ""
	return c.process(FormatOffset)
}

// FormatOffset writes a date as Python's isoformat does.
func FormatOffset(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05+00:00") }

func (c Credentials) process(date func(time.Time) string) []byte {
	var b bytes.Buffer
	b.WriteString("{\n  \"Version\": 1")
	member := func(name, value string) {
		if value != "" {
			b.WriteString(",\n  \"" + name + "\": ")
			b.Write(quote(value))
		}
	}
	member("AccessKeyId", c.AccessKeyID)
	member("SecretAccessKey", c.SecretAccessKey.Reveal())
	member("SessionToken", c.SessionToken.Reveal())
	if !c.Expiration.IsZero() {
		member("Expiration", date(c.Expiration))
	}
	member("AccountId", c.AccountID)
	b.WriteString("\n}\n")
	return b.Bytes()
}

// roleReuse is how long cached credentials must still live to be given out, as
// in the AWS CLI.
const roleReuse = 15 * time.Minute

// Reusable says whether the credentials live long enough to be given out without
// asking for new ones. Those whose date a clock that was set back has made a lie
// are not: they may have ended. The slack is more than what the broker leaves
// uncorrected between the service's clock and ours.
func (c Credentials) Reusable(now time.Time) bool {
	return c.Left(now) >= roleReuse && !misdated(c.Life, c.Left(now), 2*time.Minute)
}

// Belongs says whether the credentials came from the start URL, as far as the
// file tells.
func (c Credentials) Belongs(startURL string) bool {
	return Token{StartURL: c.StartURL}.Belongs(startURL, "")
}
