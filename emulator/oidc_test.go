package emulator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestRegisterClientRefuses(t *testing.T) {
	x := newTester(t, emulator.Config{})
	tests := []struct {
		name             string
		change           map[string]any
		exception, oauth string
	}{
		{"no name", map[string]any{"clientName": ""}, "InvalidRequestException", "invalid_request"},
		{"confidential", map[string]any{"clientType": "confidential"}, "InvalidClientMetadataException", "invalid_client_metadata"},
		{"name is a number", map[string]any{"clientName": 1}, "InvalidRequestException", "invalid_request"},
		{"a misspelt scope", map[string]any{"scopes": []string{"sso:account:acess"}}, "InvalidScopeException", "invalid_scope"},
		{"26 scopes", map[string]any{"scopes": strings.Split(strings.Repeat("openid ", 25)+"openid", " ")}, "InvalidScopeException", "invalid_scope"},
		{"a foreign redirect", map[string]any{"redirectUris": []string{"https://example.com/"}}, "InvalidRedirectUriException", "invalid_redirect_uri"},
		{"a redirect with a user", map[string]any{"redirectUris": []string{"http://127.0.0.1@example.com/"}}, "InvalidRedirectUriException", "invalid_redirect_uri"},
		{"a code without a redirect", map[string]any{"grantTypes": []string{"authorization_code"}}, "InvalidRedirectUriException", "invalid_redirect_uri"},
		{"an unknown grant type", map[string]any{"grantTypes": []string{"password"}}, "UnsupportedGrantTypeException", "unsupported_grant_type"},
		{"another start URL", map[string]any{"issuerUrl": "https://other.awsapps.com/start"}, "InvalidRequestException", "invalid_request"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := *x
			x.T = t
			in := map[string]any{"clientName": "n", "clientType": "public"}
			for k, v := range tt.change {
				in[k] = v
			}
			x.fails(400, tt.exception, tt.oauth, "/client/register", in)
		})
	}
	for _, same := range []string{x.startURL, x.startURL + "/", x.startURL + "/#/", strings.ToUpper(x.startURL)} {
		x.must(200, "/client/register", map[string]any{"clientName": "n", "clientType": "public", "issuerUrl": same})
	}
}

func TestMalformedBodies(t *testing.T) {
	x := newTester(t, emulator.Config{})
	for _, path := range []string{"/client/register", "/device_authorization", "/token"} {
		for _, body := range []string{"", "null", "[]", `"x"`, `{`, `{"clientId":{}}`, "\xff\xfe", strings.Repeat("[", 10000)} {
			x.fails(400, "InvalidRequestException", "invalid_request", path, body)
		}
		x.fails(400, "InvalidRequestException", "invalid_request", path, `{"clientName":"`+strings.Repeat("x", 1<<20)+`"}`)
		if resp, out := x.do("GET", path, nil); resp.StatusCode != 405 || out["error"] == nil {
			t.Errorf("GET %s: %d %v", path, resp.StatusCode, out)
		}
	}
}

func TestCreateTokenRefuses(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.fails(401, "InvalidClientException", "invalid_client", "/token", map[string]any{"clientId": "x", "clientSecret": "x", "grantType": "refresh_token", "refreshToken": "x"})
	x.fails(401, "InvalidClientException", "invalid_client", "/token", map[string]any{"clientId": x.id, "clientSecret": "x", "grantType": "refresh_token", "refreshToken": "x"})
	x.fails(400, "UnsupportedGrantTypeException", "unsupported_grant_type", "/token", x.token("password"))
	x.fails(400, "InvalidRequestException", "invalid_request", "/token", x.token("refresh_token"))
	x.fails(400, "InvalidRequestException", "invalid_request", "/token", x.token(grantDevice))
	x.fails(400, "InvalidRequestException", "invalid_request", "/token", x.token("authorization_code", "code", "x"))
	body := x.token("refresh_token", "refreshToken", "x")
	body["scope"] = []string{"openid"}
	x.fails(400, "InvalidScopeException", "invalid_scope", "/token", body)
	reg := x.must(200, "/client/register", map[string]any{"clientName": "n", "clientType": "public", "grantTypes": []string{grantDevice}})
	x.id, x.secret = reg["clientId"].(string), reg["clientSecret"].(string)
	x.fails(400, "UnauthorizedClientException", "unauthorized_client", "/token", x.token("refresh_token", "refreshToken", "x"))
}

func TestDeviceFlow(t *testing.T) {
	x := newTester(t, emulator.Config{})
	start := map[string]any{"clientId": x.id, "clientSecret": x.secret, "startUrl": x.startURL}
	dev := x.must(200, "/device_authorization", start)
	poll := x.token(grantDevice, "deviceCode", dev["deviceCode"].(string))
	if dev["expiresIn"] != 600.0 || dev["interval"] != 1.0 || !strings.HasSuffix(dev["verificationUriComplete"].(string), "?user_code="+dev["userCode"].(string)) {
		t.Errorf("reply %v, want 600 s, an interval of 1 s and a complete URL with the user code", dev)
	}
	x.fails(400, "AuthorizationPendingException", "authorization_pending", "/token", poll)
	x.fails(400, "AuthorizationPendingException", "authorization_pending", "/token", poll)
	x.fails(400, "SlowDownException", "slow_down", "/token", poll)
	x.srv.Advance(time.Second)
	x.fails(400, "AuthorizationPendingException", "authorization_pending", "/token", poll)
	if err := x.srv.SignIn(t.Context(), dev["verificationUriComplete"].(string), "jane"); err != nil {
		t.Fatal(err)
	}
	x.keep(x.must(200, "/token", poll))
	if !x.valid() || x.refresh == "" {
		t.Error("the tokens do not work")
	}
	x.fails(400, "ExpiredTokenException", "expired_token", "/token", poll) // the code is used

	dev = x.must(200, "/device_authorization", start)
	if err := x.srv.Refuse(t.Context(), dev["verificationUriComplete"].(string), "jane"); err != nil {
		t.Fatal(err)
	}
	x.fails(400, "AccessDeniedException", "access_denied", "/token", x.token(grantDevice, "deviceCode", dev["deviceCode"].(string)))

	dev = x.must(200, "/device_authorization", start)
	x.srv.Advance(10 * time.Minute)
	x.fails(400, "ExpiredTokenException", "expired_token", "/token", x.token(grantDevice, "deviceCode", dev["deviceCode"].(string)))
	if err := x.srv.Approve(dev["userCode"].(string), "jane"); err == nil {
		t.Error("Approve accepted an expired code")
	}

	start["startUrl"] = "https://other.awsapps.com/start"
	x.fails(400, "InvalidRequestException", "invalid_request", "/device_authorization", start)
}

func TestHeaders(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.srv.Advance(time.Hour)
	x.login("jane")
	resp, _ := x.portal("/assignment/accounts")
	for k, want := range map[string]string{
		"Date": "Sun, 22 Nov 2026 13:00:00 GMT", "Content-Type": "application/json",
		"X-Amzn-Requestid": resp.Header.Get("RequestId"), "Cache-Control": "no-cache",
	} {
		if got := resp.Header.Get(k); got != want || got == "" {
			t.Errorf("%s: %q, want %q", k, got, want)
		}
	}
}
