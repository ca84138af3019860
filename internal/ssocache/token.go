package ssocache

import (
	"errors"
	"maps"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

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
