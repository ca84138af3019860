package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
	"github.com/lanyard-cli/lanyard/internal/cli"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// An attacked fixture is a home folder with a session of AWS. The emulator plays AWS. The config
// names the endpoint other.example, as a config from a foreign repository might do.
type attacked struct {
	t     *testing.T
	srv   *emulatortest.Server
	files keystore.Files
	env   map[string]string
	other []string // the requests that other.example received
}

const originConfig = `[sso-session corp]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile via]
credential_process = lanyard sso get-credentials --profile x

[profile x]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = AdministratorAccess
region = us-east-1
`

func newAttacked(t *testing.T) *attacked {
	t.Helper()
	home := t.TempDir()
	a := &attacked{
		t: t, srv: emulatortest.Start(t, emulator.BuiltIn()), files: keystore.Files{Dir: ssocache.Dir{Home: home}},
		env: map[string]string{"HOME": home, "USERPROFILE": home, "PATH": "", "BROWSER": "set", "LANYARD_AGENT_SOCKET": "none"},
	}
	a.signIn()
	return a
}

// signIn signs in again, with a config that does not name other.example.
func (a *attacked) signIn() {
	a.t.Helper()
	a.config("")
	for _, name := range []string{"AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"} {
		a.env[name] = a.srv.URL
	}
	if code, _, stderr := a.run("sso", "login", "--force", "--profile", "x"); code != 0 {
		a.t.Fatalf("sign in: %d\n%s", code, stderr)
	}
	a.change(func(tok *ssocache.Token) { tok.Origin = ssocache.Origin{SignIn: ssocache.AWS, Portal: ssocache.AWS} })
	for _, name := range []string{"AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"} {
		delete(a.env, name)
	}
}

// config writes the config. It adds the settings after the profile.
func (a *attacked) config(settings string) {
	a.t.Helper()
	path := filepath.Join(a.files.Home, ".aws", "config")
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		a.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(originConfig+settings), 0o600); err != nil {
		a.t.Fatal(err)
	}
}

// RoundTrip implements [http.RoundTripper] for AWS and other.example.
func (a *attacked) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Hostname() != "other.example" {
		return emulatortest.Transport(a.srv.Emulator).RoundTrip(r)
	}
	var got bytes.Buffer
	if err := r.Clone(r.Context()).Write(&got); err != nil {
		return nil, err
	}
	a.other = append(a.other, got.String())
	status, reply := http.StatusUnauthorized, `{"message":"Session token not found or invalid"}`
	if r.URL.Path == "/token" {
		status, reply = http.StatusOK, `{"accessToken":"of other","refreshToken":"of other","expiresIn":3600,"tokenType":"Bearer"}`
	}
	return &http.Response{
		StatusCode: status, Request: r,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Amzn-Errortype": {"UnauthorizedException"}},
		Body:   io.NopCloser(strings.NewReader(reply)),
	}, nil
}

func (a *attacked) run(args ...string) (code int, stdout, stderr string) {
	a.t.Helper()
	var out, errs bytes.Buffer
	app := &command.App{
		Name: "lanyard", IO: command.Streams{In: strings.NewReader(""), Out: &out, Err: &errs},
		Env: command.Env{
			Lookup:  func(name string) (string, bool) { v, ok := a.env[name]; return v, ok },
			Environ: func() []string { return nil },
		},
		Open: func(ctx context.Context, url, _ string) error {
			return a.srv.SignIn(ctx, strings.Replace(url, "https://oidc.us-east-1.amazonaws.com", a.srv.URL, 1), "jane")
		},
		Now: time.Now, Transport: a, Hold: func() func() { return func() {} },
	}
	ctx, cancel := context.WithTimeout(a.t.Context(), 20*time.Second)
	defer cancel()
	code = cli.Run(ctx, app, args)
	return code, out.String(), errs.String()
}

// change rewrites the session's token.
func (a *attacked) change(edit func(*ssocache.Token)) {
	a.t.Helper()
	tok, err := a.files.LoadToken("corp")
	if err != nil {
		a.t.Fatal(err)
	}
	edit(&tok)
	if err := a.files.SaveToken("corp", tok); err != nil {
		a.t.Fatal(err)
	}
}

// cached returns every JSON file of the two cache folders.
func (a *attacked) cached() map[string]string {
	a.t.Helper()
	all := map[string]string{}
	for _, folder := range []string{a.files.SSO(), a.files.Roles()} {
		paths, err := filepath.Glob(filepath.Join(folder, "*.json"))
		if err != nil {
			a.t.Fatal(err)
		}
		for _, path := range paths {
			data, err := os.ReadFile(path)
			if err != nil {
				a.t.Fatal(err)
			}
			all[path] = string(data)
		}
	}
	return all
}

// No setting and no command sends a secret to an endpoint that did not issue the secret. No
// setting and no command changes the user's session because of another endpoint.
func TestSecretsGoOnlyToTheirIssuer(t *testing.T) {
	const url = "https://other.example"
	services := func(names ...string) string {
		text := "services = evil\n[services evil]\n"
		for _, name := range names {
			text += name + " =\n  endpoint_url = " + url + "\n"
		}
		return text
	}
	ways := []struct {
		name, config   string
		env            []string
		flag           bool
		portal, signIn bool   // whether the setting changes the endpoint
		from           string // the name of the setting in messages
	}{
		{name: "endpoint_url", config: "endpoint_url = " + url + "\n"},
		{name: "AWS_ENDPOINT_URL", env: []string{"AWS_ENDPOINT_URL"}},
		{name: "services sso", config: services("sso"), portal: true, from: "config: line 17: key endpoint_url of sso in [services evil]"},
		{name: "services sso_oidc", config: services("sso_oidc"), signIn: true, from: "config: line 17: key endpoint_url of sso_oidc in [services evil]"},
		{name: "services", config: services("sso", "sso_oidc"), portal: true, signIn: true, from: "config: line 17: key endpoint_url of sso in [services evil]"},
		{name: "AWS_ENDPOINT_URL_SSO", env: []string{"AWS_ENDPOINT_URL_SSO"}, portal: true, from: "AWS_ENDPOINT_URL_SSO"},
		{name: "AWS_ENDPOINT_URL_SSO_OIDC", env: []string{"AWS_ENDPOINT_URL_SSO_OIDC"}, signIn: true, from: "AWS_ENDPOINT_URL_SSO_OIDC"},
		{name: "both variables", env: []string{"AWS_ENDPOINT_URL_SSO", "AWS_ENDPOINT_URL_SSO_OIDC"}, portal: true, signIn: true, from: "AWS_ENDPOINT_URL_SSO"},
		{name: "--endpoint-url", flag: true, from: "--endpoint-url"},
	}
	commands := []string{
		"sso get-credentials --profile x", "sso get-credentials --profile via", "configure export-credentials --profile x",
		"sts get-caller-identity --profile x", "ec2 describe-instances --profile x", "sso list-accounts --profile x",
		"sso list-account-roles --account-id 111122223333 --profile x",
		"sso get-role-credentials --account-id 111122223333 --role-name AdministratorAccess --profile x",
		"sso login --profile x", "sso login --if-needed --profile x", "sso logout --profile x", "sso logout --verify --profile x",
	}
	for _, state := range []string{"valid", "ended by the service", "expired", "valid, written by the AWS CLI", "expired, written by the AWS CLI"} {
		t.Run(state, func(t *testing.T) {
			t.Parallel()
			a := newAttacked(t)
			role := filepath.Join(a.files.Roles(), ssocache.RoleName("111122223333", "AdministratorAccess", "corp", ""))
			for _, way := range ways {
				for _, command := range commands {
					a.attack(state, command, role)
					words := strings.Fields(command)
					if way.flag {
						words = append(words, "--endpoint-url", url)
					}
					a.config(way.config)
					for _, name := range way.env {
						a.env[name] = url
					}
					before := a.cached()
					tok, err := a.files.LoadToken("corp")
					if err != nil {
						t.Fatal(err)
					}
					code, _, stderr := a.run(words...)
					for _, name := range way.env {
						delete(a.env, name)
					}
					report := func(format string, args ...any) {
						t.Errorf("%s: %s: exit code %d: %s%s", way.name, command, code, stderr, fmt.Sprintf(format, args...))
					}
					for _, got := range a.other {
						for _, s := range []secret.String{tok.AccessToken, tok.RefreshToken, tok.ClientSecret} {
							if strings.Contains(got, s.Reveal()) {
								report("other.example got a secret: %s", got)
							}
						}
					}
					ofPortal := strings.HasPrefix(command, "sso list-") || strings.HasPrefix(command, "sso get-role-")
					refreshes := !strings.HasPrefix(state, "valid")
					refused := way.portal || way.signIn && refreshes || way.flag && ofPortal
					if words[1] == "login" && !slices.Contains(words, "--if-needed") {
						refused = way.portal || way.signIn
					}
					after := a.cached()
					switch {
					case words[1] == "logout":
						if _, there := after[a.files.TokenPath("corp")]; there || code != 0 || a.srv.Count("Logout") == 0 || len(a.other) > 0 {
							report("not signed out at AWS; other.example got %q", a.other)
						}
					case refused:
						if code != 253 || !strings.Contains(stderr, "other.example") || !strings.Contains(stderr, way.from) || !strings.Contains(stderr, "hint: ") {
							report("not refused")
						}
						if len(a.other) > 0 || !maps.Equal(after, before) {
							report("other.example got %q; the cache is\n%q, was\n%q", a.other, after, before)
						}
					case code == 253:
						report("refused")
					default:
						if strings.Contains(after[a.files.TokenPath("corp")], "of other") {
							report("the session is that of other.example")
						}
					}
				}
			}
		})
	}
}

// attack puts the session into a state. It also writes role credentials of AWS to the cache; they
// expire too soon to be used.
func (a *attacked) attack(state, command, role string) {
	a.t.Helper()
	a.config("")
	if _, err := a.files.LoadToken("corp"); err != nil || strings.HasPrefix(command, "sso log") {
		a.signIn()
	}
	a.change(func(tok *ssocache.Token) {
		tok.Origin = ssocache.Origin{SignIn: ssocache.AWS, Portal: ssocache.AWS}
		if strings.Contains(state, "AWS CLI") {
			tok.Origin = ssocache.Origin{}
		}
		tok.ExpiresAt = time.Now().Add(59 * time.Minute)
		if strings.HasPrefix(state, "expired") {
			tok.ExpiresAt = time.Now().Add(-time.Minute)
		}
	})
	if !strings.HasPrefix(state, "valid") {
		a.srv.ExpireAccessTokens()
	}
	if err := a.files.SaveCredentials(filepath.Base(role), ssocache.Credentials{
		AccessKeyID: "ASIA", SecretAccessKey: secret.New("s"), SessionToken: secret.New("t"),
		Expiration: time.Now().Add(time.Minute), Session: "corp",
	}); err != nil {
		a.t.Fatal(err)
	}
	a.other = nil
	a.srv.ResetCounts()
}
