package ssocache_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func TestParseToken(t *testing.T) {
	tests := []struct {
		name, file string
		want       string // the expected expiresAt; "" means an error
	}{
		{"as the AWS CLI writes it", `{"accessToken": "a", "expiresAt": "2026-11-23T01:57:09Z"}`, "2026-11-23T01:57:09Z"},
		{"milliseconds of the JavaScript SDK", `{"accessToken":"a","expiresAt":"2026-11-23T01:57:09.123Z"}`, "2026-11-23T01:57:09Z"},
		{"UTC spelled out by old SDKs", `{"accessToken":"a","expiresAt":"2020-01-01T00:00:00UTC"}`, "2020-01-01T00:00:00Z"},
		{"an offset", `{"accessToken":"a","expiresAt":"2020-01-01T02:00:00+02:00"}`, "2020-01-01T00:00:00Z"},
		{"nulls of the .NET SDK", `{"accessToken":"a","expiresAt":"2020-01-01T00:00:00Z","refreshToken":null}`, "2020-01-01T00:00:00Z"},
		{"no access token", `{"expiresAt":"2020-01-01T00:00:00Z"}`, ""},
		{"no expiry", `{"accessToken":"a"}`, ""},
		{"a number for a token", `{"accessToken":1,"expiresAt":"2020-01-01T00:00:00Z"}`, ""},
		{"an invalid date", `{"accessToken":"a","expiresAt":"soon"}`, ""},
		{"empty, as during a rewrite", ``, ""},
		{"cut off", `{"accessToken":"a","expi`, ""},
		{"a list", `[]`, ""},
		{"a null", `null`, ""},
	}
	for _, tt := range tests {
		got, err := ssocache.ParseToken([]byte(tt.file))
		switch {
		case (err != nil) != (tt.want == ""):
			t.Errorf("%s: error %v, want an error: %v", tt.name, err, tt.want == "")
		case err == nil && ssocache.FormatTime(got.ExpiresAt) != tt.want:
			t.Errorf("%s: expires %v, want %s", tt.name, got.ExpiresAt, tt.want)
		}
	}
}

func TestTokenRoundTrip(t *testing.T) {
	const file = `{"startUrl": "https://x.awsapps.com/start?a=<b>&c", "region": "us-east-1", "accessToken": "a", ` +
		`"expiresAt": "2026-11-23T01:57:09Z", "clientId": "c", "clientSecret": "s", ` +
		`"registrationExpiresAt": "2027-02-20T17:57:09Z", "refreshToken": "r", "lanyardLifetime": 3600, "another": {"k": [1, null]}}`
	tok, err := ssocache.ParseToken([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	if got := string(tok.Encode()); got != file {
		t.Errorf("rewritten as\n%s\nwant\n%s", got, file)
	}
	refreshed := tok.Refreshed(secret.New("a2"), secret.String{}, time.Hour, now)
	if got := refreshed.RefreshToken.Reveal(); got != "r" {
		t.Errorf("after a reply without a refresh token: %q, want the old one", got)
	}
	if got := string(refreshed.Copy().Encode()); strings.Contains(got, `"r"`) || strings.Contains(got, "null") || strings.Contains(got, "client") {
		t.Errorf("the copy can be refreshed: %s", got)
	}
}

func TestRefreshable(t *testing.T) {
	full := ssocache.Token{
		RefreshToken: secret.New("r"), ClientID: "c", ClientSecret: secret.New("s"), RegistrationExpiresAt: now.Add(1),
	}
	tests := []struct {
		name   string
		change func(*ssocache.Token)
		want   bool
	}{
		{"complete", func(*ssocache.Token) {}, true},
		{"without a refresh token", func(t *ssocache.Token) { t.RefreshToken = secret.String{} }, false},
		{"without a client", func(t *ssocache.Token) { t.ClientID = "" }, false},
		{"without the client's secret", func(t *ssocache.Token) { t.ClientSecret = secret.String{} }, false},
		{"with a registration that ends now", func(t *ssocache.Token) { t.RegistrationExpiresAt = now }, false},
		{"with a registration without an expiry", func(t *ssocache.Token) { t.RegistrationExpiresAt = time.Time{} }, true},
	}
	for _, tt := range tests {
		tok := full
		tt.change(&tok)
		if got := tok.Refreshable(now); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestCredentialsFile(t *testing.T) {
	c := ssocache.Credentials{
		AccessKeyID: "ASIA", SecretAccessKey: secret.New("k/+<"), SessionToken: secret.New("t=="),
		Expiration: now, AccountID: "111111111111",
	}
	const want = `{"ProviderType": "sso", "Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "k/+<", ` +
		`"SessionToken": "t==", "Expiration": "2026-11-22T12:00:00Z", "AccountId": "111111111111"}}`
	if got := string(c.Encode()); got != want {
		t.Errorf("file\n%s\nwant\n%s", got, want)
	}
	got, err := ssocache.ParseCredentials(c.Encode())
	if err != nil || got.SessionToken.Reveal() != "t==" || got.Left(now.Add(-time.Minute)) != time.Minute {
		t.Errorf("read back %+v, %v; want the encoded credentials", got, err)
	}
}

func TestProcessJSON(t *testing.T) {
	c := ssocache.Credentials{
		AccessKeyID: "ASIA", SecretAccessKey: secret.New("k/+<"), SessionToken: secret.New("t=="),
		Expiration: now, AccountID: "111111111111",
	}
	const process = `{
  "Version": 1,
  "AccessKeyId": "ASIA",
  "SecretAccessKey": "k/+<",
  "SessionToken": "t==",
  "Expiration": "2026-11-22T12:00:00Z",
  "AccountId": "111111111111"
}
`
	if got := string(c.ProcessJSON()); got != process {
		t.Errorf("credential_process:\n%s\nwant\n%s", got, process)
	}
	// As captured from AWS CLI 2.36.7.
	export := strings.NewReplacer("00Z", "00+00:00", ",\n  \"AccountId\": \"111111111111\"", "").Replace(process)
	if got := string(c.ExportJSON()); got != export {
		t.Errorf("export-credentials:\n%s\nwant\n%s", got, export)
	}
	static := ssocache.Credentials{AccessKeyID: "AKIA", SecretAccessKey: secret.New("k")}
	if got := string(static.ExportJSON()); strings.Contains(got, "Session") || strings.Contains(got, "Expiration") {
		t.Errorf("keys that do not expire: %s", got)
	}
}

func TestDue(t *testing.T) {
	tests := []struct {
		name               string
		life, left, window time.Duration
		want               bool
	}{
		{"more left than the window", time.Hour, 16 * time.Minute, 15 * time.Minute, false},
		{"exactly the window left", time.Hour, 15 * time.Minute, 15 * time.Minute, false},
		{"less than the window left", time.Hour, 15*time.Minute - 1, 15 * time.Minute, true},
		{"window of 12 hours, first half of the lifetime", time.Hour, 30 * time.Minute, 12 * time.Hour, false},
		{"window of 12 hours, second half of the lifetime", time.Hour, 30*time.Minute - 1, 12 * time.Hour, true},
		{"a window as long as the life", time.Hour, 45 * time.Minute, time.Hour, false},
		{"a short-lived token and the usual window", 10 * time.Minute, 6 * time.Minute, 15 * time.Minute, false},
		{"a token of another program, assumed to live an hour", 0, 29 * time.Minute, 12 * time.Hour, true},
		{"a window of zero", time.Hour, time.Second, 0, false},
		{"expired", time.Hour, 0, 15 * time.Minute, true},
		{"more left than its lifetime", time.Hour, time.Hour + 61*time.Second, 15 * time.Minute, true},
		{"just issued, by a clock that differs a little", time.Hour, time.Hour + time.Minute, 15 * time.Minute, false},
		{"more than an hour left, with unknown lifetime", 0, 8 * time.Hour, 15 * time.Minute, false},
	}
	for _, tt := range tests {
		tok := ssocache.Token{Life: tt.life, ExpiresAt: now.Add(tt.left)}
		if got := tok.Due(now, tt.window); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestReusable(t *testing.T) {
	tests := []struct {
		name       string
		life, left time.Duration
		want       bool
	}{
		{"fifteen minutes left", time.Hour, 15 * time.Minute, true},
		{"less", time.Hour, 15*time.Minute - 1, false},
		{"just issued, by a clock that differs a little", time.Hour, time.Hour + time.Minute, true},
		{"more left than their lifetime", time.Hour, time.Hour + 3*time.Minute, false},
		{"more than an hour left, with unknown lifetime", 0, 12 * time.Hour, true},
	}
	for _, tt := range tests {
		c := ssocache.Credentials{
			AccessKeyID: "A", SecretAccessKey: secret.New("k"), SessionToken: secret.New("t"), Expiration: now.Add(tt.left), Life: tt.life,
		}
		c, err := ssocache.ParseCredentials(c.Encode())
		if err != nil {
			t.Fatal(err)
		}
		if got := c.Reusable(now); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestBelongs(t *testing.T) {
	tests := []struct {
		name        string
		url, region string // of the token
		want        bool
	}{
		{"the same", startURL, "us-east-1", true},
		{"nothing said", "", "", true},
		{"as browsers spell it", startURL + "/#/", "us-east-1", true},
		{"another start URL", "https://other.awsapps.com/start", "us-east-1", false},
		{"another region", startURL, "eu-west-1", false},
	}
	for _, tt := range tests {
		tok := ssocache.Token{StartURL: tt.url, Region: tt.region}
		if got := tok.Belongs(startURL, "us-east-1"); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestCredentialsOfAnotherKind(t *testing.T) {
	for _, file := range []string{
		`{"Credentials": {"AccessKeyId": "A"}, "AssumedRoleUser": {}}`, `{"ProviderType": "process"}`,
	} {
		if _, err := ssocache.ParseCredentials([]byte(file)); !errors.Is(err, ssocache.ErrNotSSO) {
			t.Errorf("%s: %v, want ErrNotSSO", file, err)
		}
	}
	for _, file := range []string{
		`{"ProviderType": "sso"}`, `{"ProviderType": "sso", "Credentials": {"AccessKeyId": "A"}}`, `{"ProviderType": "sso", "Credentials": 3}`,
	} {
		if _, err := ssocache.ParseCredentials([]byte(file)); err == nil || errors.Is(err, ssocache.ErrNotSSO) {
			t.Errorf("%s: %v, want an error other than ErrNotSSO", file, err)
		}
	}
}

func TestRegistrationFile(t *testing.T) {
	r := ssocache.Registration{
		ClientID: "c", ClientSecret: secret.New("s"), ExpiresAt: now,
		Scopes: []string{"sso:account:access"}, GrantTypes: []string{"authorization_code", "refresh_token"},
	}
	got, err := ssocache.ParseRegistration(r.Encode())
	if err != nil || len(got.GrantTypes) != 2 || !got.ExpiresAt.Equal(now) || got.ClientSecret.Reveal() != "s" {
		t.Errorf("read back %+v, %v; want the encoded registration", got, err)
	}
	device := string(ssocache.Registration{ClientID: "c", ClientSecret: secret.New("s"), ExpiresAt: now}.Encode())
	if strings.Contains(device, "grantTypes") || strings.Contains(device, "null") {
		t.Errorf("registration for the device-code flow: %s", device)
	}
}

func TestLoadErrors(t *testing.T) {
	d := ssocache.Dir{Home: t.TempDir()}
	if _, err := d.LoadToken("corp"); !errors.Is(err, ssocache.ErrNotFound) {
		t.Errorf("missing file: %v, want ErrNotFound", err)
	}
	if err := os.MkdirAll(d.SSO(), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.TokenPath("corp"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := d.LoadToken("corp")
	if !errors.Is(err, ssocache.ErrCorrupt) || !strings.Contains(err.Error(), d.TokenPath("corp")) {
		t.Errorf("truncated file: %v, want ErrCorrupt with the path", err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(`{"accessToken": "a", "expiresAt": "2026-11-23T01:57:09Z", "x": {"y": null}}`)
	f.Add(`{"ProviderType": "sso", "Credentials": {"AccessKeyId": "A", "Expiration": 3}}`)
	f.Fuzz(func(t *testing.T, s string) {
		if tok, err := ssocache.ParseToken([]byte(s)); err == nil {
			again, err := ssocache.ParseToken(tok.Encode())
			if err != nil || !again.AccessToken.Equal(tok.AccessToken) || !json.Valid(tok.Encode()) {
				t.Errorf("%q does not survive a rewrite: %v", s, err)
			}
		}
		if c, err := ssocache.ParseCredentials([]byte(s)); err == nil && !json.Valid(c.Encode()) {
			t.Errorf("%q is rewritten as invalid JSON", s)
		}
		_, _ = ssocache.ParseRegistration([]byte(s))
	})
}

// The error for an invalid date does not quote the value, because the value may be a token.
func TestInvalidDatesAreNotQuoted(t *testing.T) {
	const spoilt = `{"clientId": "c", "clientSecret": "s", "expiresAt": "a-token", "accessToken": "a-token", "Credentials": {"AccessKeyId": "A", "SecretAccessKey": "s", "SessionToken": "t", "Expiration": "a-token"}}`
	for name, parse := range map[string]func([]byte) error{
		"token":        func(data []byte) error { _, err := ssocache.ParseToken(data); return err },
		"registration": func(data []byte) error { _, err := ssocache.ParseRegistration(data); return err },
		"role":         func(data []byte) error { _, err := ssocache.ParseCredentials(data); return err },
	} {
		if err := parse([]byte(spoilt)); err == nil || strings.Contains(err.Error(), "a-token") {
			t.Errorf("%s: %v, want an error without the token", name, err)
		}
	}
}
