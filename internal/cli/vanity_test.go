package cli_test

import (
	"bytes"
	"context"
	"io"
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
)

// A vanityTransport is a transport to two hosts. The first host redirects to the access portal. The
// other host is the emulator. A request to any other host is an error.
type vanityTransport struct {
	t       *testing.T
	portal  string // the URL to which the host redirects
	visited []string
}

func (v *vanityTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	v.visited = append(v.visited, r.Method+" "+r.URL.Host)
	switch {
	case r.URL.Host == "sso.example.com":
		return &http.Response{
			StatusCode: http.StatusFound, Header: http.Header{"Location": {v.portal}},
			Body: io.NopCloser(strings.NewReader("")), Request: r,
		}, nil
	case strings.HasPrefix(r.URL.Host, "127.0.0.1:"):
		return http.DefaultTransport.RoundTrip(r)
	}
	v.t.Errorf("a request to %s", r.URL)
	return nil, http.ErrNotSupported
}

// runAt runs a command line in this process. Its browser belongs to a user who is signed in.
func runAt(t *testing.T, srv *emulatortest.Server, home string, transport http.RoundTripper, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	env := map[string]string{"HOME": home, "USERPROFILE": home, "BROWSER": "unused"}
	for _, kv := range srv.Env() {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	var out, errs bytes.Buffer
	app := &command.App{
		Name: "lanyard", IO: command.Streams{In: strings.NewReader(""), Out: &out, Err: &errs},
		Env: command.Env{
			Lookup:  func(name string) (string, bool) { v, ok := env[name]; return v, ok },
			Environ: func() []string { return nil },
		},
		Now: time.Now, Transport: transport,
		Open: func(ctx context.Context, url, _ string) error { return srv.SignIn(ctx, url, "jane") },
	}
	code = cli.Run(t.Context(), app, args)
	return code, out.String(), errs.String()
}

func TestRegionOfVanityStartURL(t *testing.T) {
	const portal = "https://ssoins-1234567890abcdef.portal.eu-west-1.app.aws"
	org := emulator.BuiltIn()
	org.StartURL, org.Region = portal, "eu-west-1"
	srv := emulatortest.Start(t, org)
	for name, tt := range map[string]struct{ config, want, profile string }{
		"session": {
			"[sso-session corp]\nsso_start_url = https://sso.example.com\nsso_region = us-east-1 \n[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = AdministratorAccess\nregion = us-east-1\n",
			"[sso-session corp]\nsso_start_url = https://sso.example.com\nsso_region = eu-west-1 \n[profile dev]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = AdministratorAccess\nregion = us-east-1\n",
			"dev",
		},
		"legacy": {
			"[profile my dev]\n[profile 'my dev']\nsso_start_url = https://sso.example.com\nsso_region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = AdministratorAccess\n[default]\nregion = us-east-1\n",
			"[profile my dev]\n[profile 'my dev']\nsso_start_url = https://sso.example.com\nsso_region = eu-west-1\nsso_account_id = 111122223333\nsso_role_name = AdministratorAccess\n[default]\nregion = us-east-1\n",
			"my dev",
		},
	} {
		t.Run(name, func(t *testing.T) {
			home := t.TempDir()
			config := filepath.Join(home, ".aws", "config")
			if err := os.Mkdir(filepath.Dir(config), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(config, []byte(tt.config), 0o600); err != nil {
				t.Fatal(err)
			}
			net := &vanityTransport{t: t, portal: portal}
			code, stdout, stderr := runAt(t, srv, home, net, "sso", "login", "--profile", tt.profile)
			if code != 0 || !strings.Contains(stdout, "SSO region updated to eu-west-1\nSuccessfully logged into Start URL: https://sso.example.com\n") {
				t.Fatalf("exit code %d, want 0 and the region eu-west-1\n%s%s", code, stdout, stderr)
			}
			if got, _ := os.ReadFile(config); string(got) != tt.want {
				t.Errorf("the config is\n%s\nwant\n%s", got, tt.want)
			}
			if n := slices.Index(net.visited, "HEAD sso.example.com"); n != 0 {
				t.Errorf("the start URL was not asked first: %v", net.visited)
			}
			// The session works with the start URL in the config.
			code, stdout, stderr = runAt(t, srv, home, net, "sso", "get-credentials", "--profile", tt.profile)
			if code != 0 {
				t.Errorf("exit code %d, want 0\n%s%s", code, stdout, stderr)
			}
		})
	}
}

func TestWizardUsesRegionOfVanityStartURL(t *testing.T) {
	const portal = "https://ssoins-1234567890abcdef.eu-west-1.portal.amazonaws.com"
	srv := emulatortest.Start(t, emulator.BuiltIn())
	args := []string{"configure", "sso-session", "--sso-session-name", "corp", "--sso-start-url", "https://sso.example.com"}
	home := t.TempDir()
	code, _, stderr := runAt(t, srv, home, &vanityTransport{t: t, portal: portal}, args...)
	if code != 0 {
		t.Fatalf("exit code %d, want 0\n%s", code, stderr)
	}
	got, _ := os.ReadFile(filepath.Join(home, ".aws", "config"))
	if want := "[sso-session corp]\nsso_start_url = https://sso.example.com\nsso_region = eu-west-1\nsso_registration_scopes = sso:account:access\n"; string(got) != want {
		t.Errorf("the config is\n%s\nwant\n%s", got, want)
	}

	// If a start URL redirects to another host, the wizard rejects it and writes nothing.
	home = t.TempDir()
	code, _, stderr = runAt(t, srv, home, &vanityTransport{t: t, portal: "https://login.example.com/"}, args...)
	if code != 253 || !strings.Contains(stderr, "Could not resolve start URL 'https://sso.example.com' to an AWS-owned endpoint. Final URL: 'https://login.example.com/'") {
		t.Errorf("exit code %d, want 253 and the URL of the redirect\n%s", code, stderr)
	}
	if _, err := os.Stat(filepath.Join(home, ".aws")); err == nil {
		t.Error("the wizard has written a file, want none")
	}
}
