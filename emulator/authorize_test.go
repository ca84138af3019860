package emulator_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestAuthorizeRefuses(t *testing.T) {
	x := newTester(t, emulator.Config{})
	tests := []struct {
		name, key, value string
		wantError        string // "" means a page without a redirect
	}{
		{"unknown client", "client_id", "unknown", ""},
		{"no redirect", "redirect_uri", "", ""},
		{"a foreign redirect", "redirect_uri", "https://example.com/oauth/callback", ""},
		{"another loopback name", "redirect_uri", "http://localhost:1/oauth/callback", ""},
		{"another path", "redirect_uri", "http://127.0.0.1:1/oauth/callback/x", ""},
		{"a path that leads elsewhere", "redirect_uri", "http://127.0.0.1:1/oauth/callback/../x", ""},
		{"a host that looks like loopback", "redirect_uri", "http://127.0.0.1.example.com/oauth/callback", ""},
		{"a user in the redirect", "redirect_uri", "http://127.0.0.1:1@example.com/oauth/callback", ""},
		{"a fragment in the redirect", "redirect_uri", "http://127.0.0.1:1/oauth/callback#x", ""},
		{"a query in the redirect", "redirect_uri", "http://127.0.0.1:1/oauth/callback?x=y", ""},
		{"implicit flow", "response_type", "token", "unsupported_response_type"},
		{"plain PKCE", "code_challenge_method", "plain", "invalid_request"},
		{"no PKCE", "code_challenge", "", "invalid_request"},
		{"a short challenge", "code_challenge", "abc", "invalid_request"},
		{"a scope too many", "scopes", "sso:account:access openid", "invalid_scope"},
		{"a scope too many, by the other name", "scope", "openid", "invalid_scope"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, path := range []string{"/authorize", "/start/authorize"} {
				q := x.authorizeQuery()
				q.Set(tt.key, tt.value)
				resp, out := x.do("GET", path+"?"+q.Encode(), nil)
				to, _ := url.Parse(resp.Header.Get("Location"))
				switch {
				case tt.wantError == "" && (resp.StatusCode != 400 || to.String() != "" || !strings.Contains(out[""].(string), `<main id="failure">`)):
					t.Errorf("%s: %d to %q", path, resp.StatusCode, to)
				case tt.wantError != "" && (resp.StatusCode != 302 || to.Query().Get("error") != tt.wantError || to.Query().Get("state") != "s-1" || !strings.HasPrefix(to.String(), x.callback+"?")):
					t.Errorf("%s: %d to %q, want error %s", path, resp.StatusCode, to, tt.wantError)
				}
			}
		})
	}
	q := x.authorizeQuery()
	q.Add("code_challenge", "x")
	if resp, _ := x.do("GET", "/authorize?"+q.Encode(), nil); !strings.Contains(resp.Header.Get("Location"), "error=invalid_request") {
		t.Errorf("redirect for a duplicate parameter: %s", resp.Header.Get("Location"))
	}
}

func TestAuthorizeTakesBothNamesOfScope(t *testing.T) {
	for _, name := range []string{"scopes", "scope", ""} {
		x := newTester(t, emulator.Config{})
		q := x.authorizeQuery()
		q.Del("scopes")
		if name != "" {
			q.Set(name, "sso:account:access")
		}
		if err := x.srv.SignIn(t.Context(), x.srv.URL+"/authorize?"+q.Encode(), "jane"); err != nil {
			t.Fatal(err)
		}
		if out := x.must(200, "/token", x.codeBody(x.answer().Get("code"))); out["refreshToken"] == nil {
			t.Errorf("%q: no refresh token", name)
		}
	}
}

func TestAutoApprove(t *testing.T) {
	x := newTester(t, emulator.Config{AutoApprove: "alice"})
	resp, _ := x.do("GET", "/authorize?"+x.authorizeQuery().Encode(), nil)
	to, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(to.String(), x.callback+"?") || to.Query().Get("state") != "s-1" {
		t.Fatalf("%d to %q", resp.StatusCode, to)
	}
	x.must(200, "/token", x.codeBody(to.Query().Get("code")))

	dev := x.must(200, "/device_authorization", map[string]any{"clientId": x.id, "clientSecret": x.secret, "startUrl": x.startURL})
	x.do("GET", strings.TrimPrefix(dev["verificationUriComplete"].(string), x.srv.URL), nil)
	x.must(200, "/token", x.token(grantDevice, "deviceCode", dev["deviceCode"].(string)))
}

func TestSignInShowsFailures(t *testing.T) {
	x := newTester(t, emulator.Config{Users: []emulator.User{
		{Name: "jane"}, {Name: "alice", Password: "secret", TOTP: "JBSWY3DPEHPK3PXP"},
	}})
	address := x.srv.URL + "/authorize?" + x.authorizeQuery().Encode()
	for _, user := range []string{"jane", "alice"} {
		if err := x.srv.SignIn(t.Context(), address, user); err != nil {
			t.Errorf("%s: %v", user, err)
		}
	}
	if err := x.srv.SignIn(t.Context(), address, "unknown"); err == nil || !strings.Contains(err.Error(), "wrong") {
		t.Errorf("sign-in of an unknown user: %v", err)
	}
	if err := x.srv.SignIn(t.Context(), address, "alice"); err == nil || !strings.Contains(err.Error(), "used before") {
		t.Errorf("sign-in with a used authenticator code: %v", err)
	}
	if err := x.srv.SignIn(t.Context(), x.srv.URL+"/authorize?client_id=x", "jane"); err == nil || !strings.Contains(err.Error(), "not registered") {
		t.Errorf("sign-in to an unknown client: %v", err)
	}
	if err := x.srv.Refuse(t.Context(), address, "jane"); err != nil || x.answer().Get("error") != "access_denied" || x.answer().Has("code") {
		t.Errorf("Refuse: %v; the program got %v", err, x.answer())
	}
}
