package intercept_test

import (
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sso"
	"github.com/aws/aws-sdk-go-v2/service/ssooidc"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/intercept"
)

// A run is a running proxy and the variables for its child process.
type run struct {
	emulator *emulator.Emulator
	proxy    *intercept.Proxy
	bundle   string
	env      map[string]string
}

func start(t *testing.T) *run {
	t.Helper()
	e, err := emulator.New(emulator.Config{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := intercept.Start(e, slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	r := &run{emulator: e, proxy: p, bundle: filepath.Join(t.TempDir(), "ca.pem"), env: map[string]string{}}
	if err := p.WriteBundle(r.bundle); err != nil {
		t.Fatal(err)
	}
	for _, kv := range p.Env(r.bundle) {
		name, value, _ := strings.Cut(kv, "=")
		r.env[name] = value
	}
	return r
}

// client returns an HTTP client that uses the proxy and trusts only the bundle.
func (r *run) client(t *testing.T, proxy string) *http.Client {
	t.Helper()
	pem, err := os.ReadFile(r.env["SSL_CERT_FILE"])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	u, err := url.Parse(proxy)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{Proxy: http.ProxyURL(u), TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

func TestTheGoSDKGetsRoleCredentials(t *testing.T) {
	r := start(t)
	ctx := t.Context()
	hc := r.client(t, r.env["HTTPS_PROXY"])
	oidc := ssooidc.New(ssooidc.Options{Region: "us-east-1", HTTPClient: hc})
	portal := sso.New(sso.Options{Region: "us-east-1", HTTPClient: hc})

	reg, err := oidc.RegisterClient(ctx, &ssooidc.RegisterClientInput{
		ClientName: aws.String("test"), ClientType: aws.String("public"), Scopes: []string{"sso:account:access"},
	})
	if err != nil {
		t.Fatal(err)
	}
	device, err := oidc.StartDeviceAuthorization(ctx, &ssooidc.StartDeviceAuthorizationInput{
		ClientId: reg.ClientId, ClientSecret: reg.ClientSecret, StartUrl: aws.String(r.emulator.StartURL()),
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.emulator.Approve(*device.UserCode, "jane"); err != nil {
		t.Fatal(err)
	}
	token, err := oidc.CreateToken(ctx, &ssooidc.CreateTokenInput{
		ClientId: reg.ClientId, ClientSecret: reg.ClientSecret, DeviceCode: device.DeviceCode,
		GrantType: aws.String("urn:ietf:params:oauth:grant-type:device_code"),
	})
	if err != nil {
		t.Fatal(err)
	}
	creds, err := portal.GetRoleCredentials(ctx, &sso.GetRoleCredentialsInput{
		AccessToken: token.AccessToken, AccountId: aws.String("111122223333"), RoleName: aws.String("AdministratorAccess"),
	})
	if err != nil {
		t.Fatal(err)
	}
	k := creds.RoleCredentials
	arn, err := r.emulator.Identify(*k.AccessKeyId, *k.SecretAccessKey, *k.SessionToken)
	if err != nil || !strings.Contains(arn, "AWSReservedSSO_AdministratorAccess_") {
		t.Errorf("the keys belong to %q: %v", arn, err)
	}
}

func TestRefusals(t *testing.T) {
	r := start(t)
	u, err := url.Parse(r.env["HTTPS_PROXY"])
	if err != nil {
		t.Fatal(err)
	}
	good, token := u.String(), u.User
	u.User = nil
	bare := u.String()
	u.User = url.UserPassword(token.Username(), "guessed")
	tests := []struct{ name, proxy, target, want string }{
		{"no token", bare, "https://sts.amazonaws.com/", "Proxy Authentication Required"},
		{"a wrong token", u.String(), "https://sts.amazonaws.com/", "Proxy Authentication Required"},
		{"a host outside AWS", good, "https://example.com/", "Forbidden"},
		{"a host that begins with an AWS name", good, "https://sts.amazonaws.com.example.com/", "Forbidden"},
		{"this machine", good, "https://127.0.0.1/", "Forbidden"},
		{"another port", good, "https://sts.amazonaws.com:8443/", "Forbidden"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, err := r.client(t, tt.proxy).Get(tt.target)
			if err == nil {
				resp.Body.Close()
			}
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("%v, want %s", err, tt.want)
			}
		})
	}
	// The proxy does not forward plain HTTP, with or without the token.
	for proxy, want := range map[string]int{good: http.StatusForbidden, bare: http.StatusProxyAuthRequired} {
		resp, err := r.client(t, proxy).Get("http://example.com/")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != want {
			t.Errorf("plain HTTP: %s, want %d", resp.Status, want)
		}
	}
	if n := r.emulator.Counts(); len(n) != 0 {
		t.Errorf("the emulator got requests: %v", n)
	}
}

func TestCloseEndsTheProxy(t *testing.T) {
	r := start(t)
	hc := r.client(t, r.env["HTTPS_PROXY"])
	get := func() error {
		resp, err := hc.Get("https://portal.sso.eu-west-1.amazonaws.com/assignment/accounts")
		if err == nil {
			resp.Body.Close()
		}
		return err
	}
	if err := get(); err != nil {
		t.Fatal(err)
	}
	if err := r.proxy.Close(); err != nil {
		t.Error(err)
	}
	if get() == nil {
		t.Error("the closed proxy still answers")
	}
}
