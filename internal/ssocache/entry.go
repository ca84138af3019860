package ssocache

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// This file has the three kinds of entries: tokens, role credentials and client
// registrations.

// A Token holds the access token of a session, and the refresh token and the client
// registration that refresh it. The zero value means no token.
type Token struct {
	StartURL, Region      string // as in the config at the sign-in; "" if the file lacks them
	AccessToken           secret.String
	ExpiresAt             time.Time // when the access token expires
	RefreshToken          secret.String
	ClientID              string
	ClientSecret          secret.String
	RegistrationExpiresAt time.Time // after this, the refresh token no longer works

	// Life is the full lifetime of the access token. It is 0 if another program wrote the file,
	// because the AWS CLI and the SDKs do not store the lifetime.
	Life time.Duration

	// Origin names the services that the token may be sent to. It is zero if another program
	// wrote the file.
	Origin Origin

	extra object // unknown fields
}

// lifeField is lanyard's own field in the files of tokens and role credentials, like the
// fields of the [Origin]. Other programs ignore these fields and drop them when they
// rewrite the file.
const lifeField = "lanyardLifetime"

var tokenFields = [...]string{
	"startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret",
	"registrationExpiresAt", "refreshToken", lifeField, originField, portalField,
}

// ParseToken parses the content of a token file. Like the AWS CLI, it requires
// accessToken and expiresAt.
func ParseToken(data []byte) (Token, error) {
	o, err := decodeObject(data)
	if err != nil {
		return Token{}, err
	}
	t := Token{extra: maps.Clone(o)}
	for _, k := range tokenFields {
		delete(t.extra, k)
	}
	var errs [9]error
	var access, refresh, clientSecret string
	t.StartURL, errs[0] = o.text("startUrl")
	t.Region, errs[1] = o.text("region")
	access, errs[2] = o.text("accessToken")
	t.ExpiresAt, errs[3] = o.time("expiresAt")
	t.ClientID, errs[4] = o.text("clientId")
	clientSecret, errs[5] = o.text("clientSecret")
	t.RegistrationExpiresAt, errs[6] = o.time("registrationExpiresAt")
	refresh, errs[7] = o.text("refreshToken")
	t.Origin, errs[8] = o.origin()
	for _, err := range errs {
		if err != nil {
			return Token{}, err
		}
	}
	t.AccessToken, t.RefreshToken, t.ClientSecret = secret.New(access), secret.New(refresh), secret.New(clientSecret)
	t.Life = o.seconds(lifeField)
	if access == "" || t.ExpiresAt.IsZero() {
		return Token{}, errors.New("it has no accessToken or no expiresAt")
	}
	return t, nil
}

// Encode returns the content of a token file. It omits empty fields instead of writing
// null.
func (t Token) Encode() []byte {
	o := object{}
	maps.Copy(o, t.extra)
	o.set("startUrl", t.StartURL)
	o.set("region", t.Region)
	o.set("accessToken", t.AccessToken.Reveal())
	o.set("expiresAt", FormatTime(t.ExpiresAt))
	o.set("clientId", t.ClientID)
	o.set("clientSecret", t.ClientSecret.Reveal())
	o.set("registrationExpiresAt", "")
	if !t.RegistrationExpiresAt.IsZero() {
		o.set("registrationExpiresAt", FormatTime(t.RegistrationExpiresAt))
	}
	o.set("refreshToken", t.RefreshToken.Reveal())
	o.setOrigin(t.Origin)
	delete(o, lifeField)
	if t.Life > 0 {
		o[lifeField] = seconds(t.Life)
	}
	return o.encode(tokenFields[:]...)
}

// Refreshable reports whether the token can be refreshed at now without a sign-in. It needs a
// refresh token and a valid client registration. A registration without an expiry counts as
// valid, because the Go and JavaScript SDKs do not store the expiry.
func (t Token) Refreshable(now time.Time) bool {
	return !t.RefreshToken.IsZero() && t.ClientID != "" && !t.ClientSecret.IsZero() &&
		(t.RegistrationExpiresAt.IsZero() || t.RegistrationExpiresAt.After(now))
}

// Left returns how long the access token is still valid at now. If the token has
// expired, the result is 0 or negative.
func (t Token) Left(now time.Time) time.Duration { return t.ExpiresAt.Sub(now) }

// Copy returns the token without its refresh token and client. The broker stores copies under
// the session's other names, because only one file must have the refresh token.
func (t Token) Copy() Token {
	t.RefreshToken, t.ClientID, t.ClientSecret, t.RegistrationExpiresAt = secret.String{}, "", secret.String{}, time.Time{}
	t.extra = nil
	return t
}

// Refreshed returns the token after a refresh, with a new access token and refresh token.
// If refresh is empty, the token keeps its refresh token.
func (t Token) Refreshed(access, refresh secret.String, life time.Duration, now time.Time) Token {
	t.AccessToken, t.ExpiresAt, t.Life = access, now.Add(life), life
	if !refresh.IsZero() {
		t.RefreshToken = refresh
	}
	return t
}

// assumedLife is the lifetime of a token whose file does not have the lifetime. The service
// issues refreshable tokens for one hour.
const assumedLife = time.Hour

// Misdated reports whether the token's expiry must be wrong, because more time is left at now
// than the full lifetime. This happens if the clock was set back. Misdated returns false for
// a token without a Life.
func (t Token) Misdated(now time.Time) bool { return misdated(t.Life, t.Left(now), time.Minute) }

// misdated reports whether left is more than the full lifetime. slack allows for rounding and
// for small differences between clocks.
func misdated(life, left, slack time.Duration) bool { return life > 0 && left > life+slack }

// Due reports whether the token should be refreshed at now, because less than window is left
// or because its expiry is wrong. If the window is at least as long as the token's lifetime,
// the token is due in the second half of its lifetime. Otherwise every use would refresh it.
func (t Token) Due(now time.Time, window time.Duration) bool {
	return t.Misdated(now) || now.After(t.DueAt(window))
}

// DueAt returns the last moment at which the token is not yet due, according to its
// expiry.
func (t Token) DueAt(window time.Duration) time.Time {
	life := t.Life
	if life == 0 {
		life = assumedLife
	}
	if window >= life {
		window = life / 2
	}
	return t.ExpiresAt.Add(-window)
}

// Belongs reports whether the token belongs to the session with this start URL and region.
// The file name does not show this, because two configs may use one session name for two
// start URLs. A value that the file lacks counts as equal.
func (t Token) Belongs(startURL, region string) bool {
	return (t.StartURL == "" || starturl.Same(t.StartURL, startURL)) && (t.Region == "" || t.Region == region)
}

// Credentials holds the temporary credentials of one role, as the AWS CLI caches them.
type Credentials struct {
	AccessKeyID                   string
	SecretAccessKey, SessionToken secret.String
	Expiration                    time.Time
	AccountID                     string

	// Session is the cache key of the session that the credentials came from (see [TokenName]).
	// A sign-out finds the credentials by this key. Session is "" if another program wrote the
	// file.
	Session string

	// StartURL is the start URL of that session; see [Token.Belongs]. StartURL is "" if another
	// program wrote the file.
	StartURL string

	// Origin is the access portal that issued the credentials, in the form of [Origin].Portal.
	// Origin is "" if another program wrote the file.
	Origin string

	// Life is the full lifetime of the credentials, or 0 if the lifetime is unknown.
	Life time.Duration

	extra object // unknown fields
}

const (
	providerField = "ProviderType"
	startURLField = "lanyardStartUrl"
	sessionField  = "lanyardSession"
)

// ErrNotSSO means that a cache file does not hold the credentials of an SSO role. The
// AWS CLI keeps the credentials of assumed roles in the same folder.
var ErrNotSSO = errors.New("not credentials of an SSO role")

// ParseCredentials parses the content of a role credentials file.
func ParseCredentials(data []byte) (Credentials, error) {
	o, err := decodeObject(data)
	if err != nil {
		return Credentials{}, err
	}
	if kind, err := o.text(providerField); err != nil || kind != "sso" {
		return Credentials{}, ErrNotSSO
	}
	return o.credentials()
}

// Encode returns the content of a role credentials file.
func (c Credentials) Encode() []byte {
	o := object{}
	maps.Copy(o, c.extra)
	o.set(providerField, "sso")
	o.setCredentials(c)
	return o.encode(providerField, "Credentials")
}

// Left returns how long the credentials are still valid at now.
func (c Credentials) Left(now time.Time) time.Duration { return c.Expiration.Sub(now) }

// ProcessJSON returns the credentials in the format of credential_process, version 1. The
// date ends in Z, which every SDK reads. If Expiration is zero, the credentials do not
// expire, and the output has no date.
func (c Credentials) ProcessJSON() []byte { return c.process(FormatTime) }

// ExportJSON returns the same document as the AWS CLI's "configure export-credentials".
// Unlike [Credentials.ProcessJSON], it has no account, and the date ends in +00:00.
func (c Credentials) ExportJSON() []byte {
	c.AccountID = ""
	return c.process(FormatOffset)
}

// FormatOffset formats a date like Python's isoformat.
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

// roleReuse is how long cached credentials must still be valid to be used. The AWS CLI
// has the same limit.
const roleReuse = 15 * time.Minute

// Reusable reports whether the credentials are valid long enough to be used without a request
// for new credentials. Credentials with a wrong expiry (see [Token.Misdated]) are not
// reusable, because they may have expired. The slack in that check is larger than the clock
// difference that the broker tolerates.
func (c Credentials) Reusable(now time.Time) bool {
	return c.Left(now) >= roleReuse && !misdated(c.Life, c.Left(now), 2*time.Minute)
}

// Belongs reports whether the credentials came from this start URL. It returns true if
// the file does not name a start URL.
func (c Credentials) Belongs(startURL string) bool {
	return Token{StartURL: c.StartURL}.Belongs(startURL, "")
}

// A Registration holds a client registration at the sign-in service.
type Registration struct {
	ClientID     string
	ClientSecret secret.String
	ExpiresAt    time.Time
	Scopes       []string // nil if registered without scopes, for example by the device-code flow
	GrantTypes   []string // nil if registered for the device-code flow only
	Origin       string   // the sign-in service, in the form of [Origin].SignIn; "" if another program wrote the file
}

// ParseRegistration parses the content of a registration file.
func ParseRegistration(data []byte) (Registration, error) {
	o, err := decodeObject(data)
	if err != nil {
		return Registration{}, err
	}
	for _, key := range []string{"accessToken", "refreshToken"} {
		if _, ok := o[key]; ok {
			return Registration{}, errors.New("it is a token")
		}
	}
	var r Registration
	var clientSecret string
	var errs [4]error
	r.ClientID, errs[0] = o.text("clientId")
	clientSecret, errs[1] = o.text("clientSecret")
	r.ExpiresAt, errs[2] = o.time("expiresAt")
	var origin Origin
	origin, errs[3] = o.origin()
	r.Origin = origin.SignIn
	if err := errors.Join(errs[:]...); err != nil {
		return Registration{}, err
	}
	r.ClientSecret = secret.New(clientSecret)
	for key, list := range map[string]*[]string{"scopes": &r.Scopes, "grantTypes": &r.GrantTypes} {
		if raw, ok := o[key]; ok {
			if err := json.Unmarshal(raw, list); err != nil {
				return Registration{}, errors.New(key + " is not a list of strings")
			}
		}
	}
	if r.ClientID == "" || clientSecret == "" || r.ExpiresAt.IsZero() {
		return Registration{}, errors.New("it lacks clientId, clientSecret or expiresAt")
	}
	return r, nil
}

// Encode returns the content of a registration file. A registration for the device-code flow
// has no grantTypes, because the AWS CLI recognizes such a registration by that.
func (r Registration) Encode() []byte {
	o := object{}
	o.set("clientId", r.ClientID)
	o.set("clientSecret", r.ClientSecret.Reveal())
	o.set("expiresAt", FormatTime(r.ExpiresAt))
	o.set(originField, r.Origin)
	for key, list := range map[string][]string{"scopes": r.Scopes, "grantTypes": r.GrantTypes} {
		if list != nil {
			o[key] = quoteList(list)
		}
	}
	return o.encode("clientId", "clientSecret", "expiresAt", "scopes", "grantTypes")
}

// quoteList encodes a list like Python's json.dump.
func quoteList(list []string) json.RawMessage {
	b := []byte{'['}
	for i, s := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, quote(s)...)
	}
	return append(b, ']')
}
