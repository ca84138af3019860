package prompt_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/prompt"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

const (
	startURL = "https://d-1234567890.awsapps.com/start"
	config   = `[sso-session corp]
sso_start_url = ` + startURL + `
sso_region = us-east-1
[profile dev]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
region = eu-west-1
[profile named]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
sso_account_name = Payments Prod
[profile manual]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
sso_auto_refresh = false
[profile old]
sso_start_url = ` + startURL + `/#/
sso_region = us-east-1
sso_account_id = 444455556666
sso_role_name = Reader
[profile chained]
role_arn = arn:aws:iam::777788889999:role/team/Deploy
source_profile = dev
[profile static]
aws_access_key_id = AKIA
aws_secret_access_key = secret
[profile half]
sso_session = corp
sso_account_id = 111122223333
[profile e` + "\u202e" + `vil]
region = us-east-1
`
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// token returns a token that expires after lifetime.
func token(lifetime time.Duration, refreshable bool) *ssocache.Token {
	tok := &ssocache.Token{StartURL: startURL, Region: "us-east-1", AccessToken: secret.New("token"), ExpiresAt: now.Add(lifetime)}
	if refreshable {
		tok.RefreshToken, tok.ClientID, tok.ClientSecret = secret.New("refresh"), "client", secret.New("secret")
	}
	return tok
}

func TestFind(t *testing.T) {
	keys := map[string]string{"AWS_ACCESS_KEY_ID": "ASIA", "AWS_SECRET_ACCESS_KEY": "s", "LANYARD_PROFILE": "dev", "AWS_ACCOUNT_ID": "111122223333"}
	with := func(more map[string]string, name, value string) map[string]string {
		m := map[string]string{name: value}
		for k, v := range more {
			m[k] = v
		}
		return m
	}
	for _, tt := range []struct {
		name, flag string
		env        map[string]string
		token      *ssocache.Token // of the session corp
		format     string
		want       string // "" is an error
	}{
		{name: "no profile in use"},
		{name: "an unknown profile", flag: "nope"},
		{name: "a profile with incomplete settings", flag: "half"},
		{name: "valid", flag: "dev", token: token(42*time.Minute, true), want: "dev 111122223333 42m"},
		{name: "from AWS_PROFILE", env: map[string]string{"AWS_PROFILE": "dev"}, token: token(4*time.Hour+5*time.Minute+59*time.Second, false), want: "dev 111122223333 4h05m"},
		{name: "from AWS_DEFAULT_PROFILE", env: map[string]string{"AWS_DEFAULT_PROFILE": "dev"}, token: token(30*time.Second, false), want: "dev 111122223333 30s"},
		{name: "refreshable", flag: "dev", token: token(-time.Hour, true), want: "dev 111122223333 refreshable"},
		{name: "refreshable, but not to be refreshed", flag: "manual", token: token(-time.Hour, true), want: "manual 111122223333 ended"},
		{name: "ended", flag: "dev", token: token(-time.Hour, false), want: "dev 111122223333 ended"},
		{name: "signed out", flag: "dev", want: "dev 111122223333 signed out"},
		{name: "a name of the account", flag: "named", token: token(time.Minute, false), want: "named Payments Prod 1m"},
		{name: "a legacy profile that shares the sign-in", flag: "old", token: token(-time.Hour, true), want: "old 444455556666 refreshable"},
		{name: "a legacy profile that shares a sign-in that has ended", flag: "old", token: token(-time.Hour, false), want: "old 444455556666 signed out"},
		{name: "a role", flag: "chained", token: token(42*time.Minute, false), want: "chained 777788889999 42m"},
		{name: "static keys", flag: "static", want: "static"},
		{name: "an invisible character", flag: "e\u202evil", want: "e\ufffdvil"},
		{name: "foreign keys win over AWS_PROFILE", env: map[string]string{"AWS_ACCESS_KEY_ID": "AKIA", "AWS_PROFILE": "dev"}, token: token(time.Hour, true)},
		{name: "foreign keys do not win over the flag", flag: "dev", env: map[string]string{"AWS_ACCESS_KEY_ID": "AKIA"}, token: token(time.Hour, true), want: "dev 111122223333 1h00m"},
		{name: "keys of lanyard", env: with(keys, "AWS_CREDENTIAL_EXPIRATION", "2026-11-22T12:10:00Z"), token: token(time.Hour, true), want: "dev 111122223333 10m"},
		{name: "keys of lanyard that have expired", env: with(keys, "AWS_CREDENTIAL_EXPIRATION", "2026-11-22T12:00:00Z"), token: token(time.Hour, true), want: "dev 111122223333 ended"},
		{name: "keys of lanyard without an end", env: keys, want: "dev 111122223333"},
		{name: "all values", flag: "dev", token: token(42*time.Minute, true), format: "{profile}|{account}|{role}|{region}|{session}|{x}", want: "dev|111122223333|Admin|eu-west-1|42m|{x}"},
		{name: "all known values", flag: "static", format: "({text}) ", want: "(static) "},
		{name: "an unknown value", flag: "static", format: "{account}-{profile}", want: "-static"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			home := t.TempDir()
			cache := ssocache.Dir{Home: home}
			write(t, filepath.Join(home, ".aws", "config"), config)
			if tt.token != nil {
				write(t, cache.TokenPath("corp"), string(tt.token.Encode()))
			}
			env := with(with(tt.env, "HOME", home), "USERPROFILE", home)
			seg, err := prompt.Find(tt.flag, func(name string) (string, bool) { v, ok := env[name]; return v, ok }, now)
			if err != nil {
				if tt.want != "" {
					t.Error(err)
				}
				return
			}
			if got := seg.Text(tt.format); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

// For a token in another store, and for an unreadable file, the state is unknown and not ended.
func TestUnknownState(t *testing.T) {
	home := t.TempDir()
	path := ssocache.Dir{Home: home}.TokenPath("corp")
	write(t, filepath.Join(home, ".aws", "config"), config)
	env := map[string]string{"HOME": home, "USERPROFILE": home}
	lookup := func(name string) (string, bool) { v, ok := env[name]; return v, ok }
	check := func() {
		t.Helper()
		seg, err := prompt.Find("dev", lookup, now)
		if err != nil || seg.State != prompt.Unknown || seg.Text("") != "dev 111122223333" {
			t.Errorf("%+v, %q, %v", seg, seg.Text(""), err)
		}
	}
	write(t, path, "{")
	check()
	write(t, path, string(token(-time.Hour, false).Encode()))
	write(t, ssocache.MarkerPath(path), "lanyard-store keychain x y\n")
	check()
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
