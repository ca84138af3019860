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

// The three kinds of entries: tokens, role credentials and client registrations.

// A Token is what a sign-in leaves behind. The zero value is no token.
type Token struct {
	StartURL, Region      string // as configured when it was made; "" where the writer left them out
	AccessToken           secret.String
	ExpiresAt             time.Time // of the access token
	RefreshToken          secret.String
	ClientID              string
	ClientSecret          secret.String
	RegistrationExpiresAt time.Time // the refresh token is of no use after it

	// Life is how long the access token lived when it was issued; 0 means
	// that the writer was another program, which does not say.
	Life time.Duration

	// Origin is where the token comes from; zero in a file of another program.
	Origin Origin

	extra object // fields of other programs
}

// lifeField is a field of ours, as the two of the [Origin] are; files of role
// credentials have it too. Other programs ignore these fields, and drop them when they
// rewrite the file.
const lifeField = "lanyardLifetime"

var tokenFields = [...]string{
	"startUrl", "region", "accessToken", "expiresAt", "clientId", "clientSecret",
	"registrationExpiresAt", "refreshToken", lifeField, originField, portalField,
}

// ParseToken reads a token file's content. A file without accessToken or
// expiresAt is an error, as in the AWS CLI.
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

// Encode writes the content of a token file. Fields that are empty are left
// out, never null.
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

// Refreshable says whether the token can be renewed without the person: it
// has a refresh token and a client registration that lives at now. Where the
// registration's end is not known (the Go and JavaScript SDKs ignore it) it is
// taken to live.
func (t Token) Refreshable(now time.Time) bool {
	return !t.RefreshToken.IsZero() && t.ClientID != "" && !t.ClientSecret.IsZero() &&
		(t.RegistrationExpiresAt.IsZero() || t.RegistrationExpiresAt.After(now))
}

// Left is how long the access token still lives at now; 0 or less means that
// it has expired.
func (t Token) Left(now time.Time) time.Duration { return t.ExpiresAt.Sub(now) }

// Copy returns the token as it is kept under the session's other name: without
// what could renew it, because a refresh token may live in one file only.
func (t Token) Copy() Token {
	t.RefreshToken, t.ClientID, t.ClientSecret, t.RegistrationExpiresAt = secret.String{}, "", secret.String{}, time.Time{}
	t.extra = nil
	return t
}

// Renewed returns the token after a renewal: the new access token, the new
// refresh token or, where the service sent none, the old one, everything else
// as it was.
func (t Token) Renewed(access, refresh secret.String, life time.Duration, now time.Time) Token {
	t.AccessToken, t.ExpiresAt, t.Life = access, now.Add(life), life
	if !refresh.IsZero() {
		t.RefreshToken = refresh
	}
	return t
}

// assumedLife is that of a token that another program wrote: what the service
// gives to those that can be refreshed.
const assumedLife = time.Hour

// Misdated says that the token cannot live as long as its date says at now: the
// clock was set back since it was issued. How long it does live is not known. A
// token without a Life is believed.
func (t Token) Misdated(now time.Time) bool { return misdated(t.Life, t.Left(now), time.Minute) }

// misdated says whether more is left of a life than there was. What the slack
// allows for is rounding, and clocks that are not quite the same.
func misdated(life, left, slack time.Duration) bool { return life > 0 && left > life+slack }

// Due says whether the token should be renewed at now: with less than window left,
// or with a date that is not to be believed, which the renewal puts right. A window
// as long as the token's life, or longer, would renew it at every use: it means the
// second half of the life.
func (t Token) Due(now time.Time, window time.Duration) bool {
	return t.Misdated(now) || now.After(t.DueAt(window))
}

// DueAt is the last moment at which the token is not due, by its date.
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

// Belongs says whether the token is of this session. The name of its file does
// not tell: two configs may use one session name for two start URLs. What the
// file leaves out is taken to fit. Start URLs are compared by meaning.
func (t Token) Belongs(startURL, region string) bool {
	return (t.StartURL == "" || starturl.Same(t.StartURL, startURL)) && (t.Region == "" || t.Region == region)
}

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

// A Registration is this machine's client registration with the service.
type Registration struct {
	ClientID     string
	ClientSecret secret.String
	ExpiresAt    time.Time
	Scopes       []string // nil: the device-code flow, without scopes
	GrantTypes   []string // nil: registered for the device code only
	Origin       string   // the sign-in service, as in [Origin]; "" in a file of another program
}

// ParseRegistration reads the content of a registration file.
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

// Encode writes the content of a registration file. The AWS CLI tells the
// kinds apart by grantTypes, so a device-code registration has none.
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

// quoteList encodes a list as Python's json.dump does.
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
