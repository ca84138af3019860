package emulator_test

import (
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestTokensWithAndWithoutScope(t *testing.T) {
	x := newTester(t, emulator.Config{})
	out := x.must(200, "/token", x.codeBody(x.code("jane")))
	if out["expiresIn"] != 3600.0 || out["tokenType"] != "Bearer" || out["refreshToken"] == nil {
		t.Errorf("tokens with the scope sso:account:access = %v, want 1 h and a refresh token", out)
	}
	reg := x.must(200, "/client/register", map[string]any{"clientName": "legacy", "clientType": "public"})
	x.id, x.secret = reg["clientId"].(string), reg["clientSecret"].(string)
	dev := x.must(200, "/device_authorization", map[string]any{"clientId": x.id, "clientSecret": x.secret, "startUrl": x.startURL})
	if err := x.srv.Approve(dev["userCode"].(string), "jane"); err != nil {
		t.Fatal(err)
	}
	out = x.must(200, "/token", x.token(grantDevice, "deviceCode", dev["deviceCode"].(string)))
	if _, there := out["refreshToken"]; there || out["expiresIn"] != 28800.0 {
		t.Errorf("tokens without a scope = %v, want 8 h and no refresh token", out)
	}
	x.keep(out)
	if !x.valid() {
		t.Error("the portal rejects a token without scopes")
	}
}

func TestRefreshRotates(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	first := *x
	x.keep(x.must(200, "/token", x.token("refresh_token", "refreshToken", x.refresh)))
	if x.refresh == first.refresh || x.access == first.access || x.refresh == "" {
		t.Error("the refresh returned an old token")
	}
	if !x.valid() || !first.valid() {
		t.Error("the old access token does not work after the refresh")
	}
	x.srv.Advance(time.Hour)
	if x.valid() {
		t.Error("an access token works after its hour")
	}
	x.keep(x.must(200, "/token", x.token("refresh_token", "refreshToken", x.refresh)))
	if !x.valid() {
		t.Error("the access token of the refresh does not work")
	}
}

func TestRefreshTokenReuseRevokesTheFamily(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	stolen := x.refresh
	x.keep(x.must(200, "/token", x.token("refresh_token", "refreshToken", stolen)))
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.token("refresh_token", "refreshToken", stolen))
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.token("refresh_token", "refreshToken", x.refresh))
	if x.valid() {
		t.Error("the access token still works")
	}
}

func TestRefreshGrace(t *testing.T) {
	x := newTester(t, emulator.Config{RefreshGrace: 10 * time.Second})
	x.login("jane")
	first := x.refresh
	for range 3 {
		x.keep(x.must(200, "/token", x.token("refresh_token", "refreshToken", first)))
		x.srv.Advance(2 * time.Second)
	}
	x.srv.Advance(5 * time.Second)
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.token("refresh_token", "refreshToken", first))
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.token("refresh_token", "refreshToken", x.refresh))
}

// Each row ends tokens in another way.
func TestTokensEnd(t *testing.T) {
	tests := []struct {
		name        string
		do          func(*tester)
		access      bool // whether the access token still works
		refresh     bool
		wantRefresh string // the expected exception; "" means that the refresh works
	}{
		{"nothing happens", func(*tester) {}, true, true, ""},
		{"a second before the hour", func(x *tester) { x.srv.Advance(time.Hour - time.Second) }, true, true, ""},
		{"at the hour", func(x *tester) { x.srv.Advance(time.Hour) }, false, true, ""},
		{"access tokens expired", func(x *tester) { x.srv.ExpireAccessTokens() }, false, true, ""},
		{"portal session over", func(x *tester) { x.srv.Advance(8 * time.Hour) }, false, false, "InvalidGrantException"},
		{"sessions revoked", func(x *tester) { x.srv.RevokeSessions("jane") }, false, false, "InvalidGrantException"},
		{"another user's sessions revoked", func(x *tester) { x.srv.RevokeSessions("alice") }, true, true, ""},
		{"logout", func(x *tester) { x.do("POST", "/logout", nil, "x-amz-sso_bearer_token", x.access) }, false, false, "InvalidGrantException"},
		{"logout without the token", func(x *tester) { x.do("POST", "/logout", nil) }, true, true, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			x := newTester(t, emulator.Config{})
			x.login("jane")
			tt.do(x)
			if got := x.valid(); got != tt.access {
				t.Errorf("access token works: %v, want %v", got, tt.access)
			}
			body := x.token("refresh_token", "refreshToken", x.refresh)
			if tt.refresh {
				x.must(200, "/token", body)
			} else {
				x.fails(400, tt.wantRefresh, "invalid_grant", "/token", body)
			}
		})
	}
}

func TestRegistrationExpires(t *testing.T) {
	x := newTester(t, emulator.Config{PortalSession: 1000 * time.Hour, RegistrationLifetime: 24 * time.Hour})
	if got, want := x.registration["clientSecretExpiresAt"], float64(fixedNow().Unix()+24*3600); got != want {
		t.Errorf("clientSecretExpiresAt %v, want %v", got, want)
	}
	x.login("jane")
	x.srv.Advance(24 * time.Hour)
	x.fails(401, "InvalidClientException", "invalid_client", "/token", x.token("refresh_token", "refreshToken", x.refresh))
}

func TestInvalidRefreshTokens(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	victim := *x
	code := x.code("jane")
	dev := x.must(200, "/device_authorization", map[string]any{"clientId": x.id, "clientSecret": x.secret, "startUrl": x.startURL})
	x.register() // switch to another client
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.codeBody(code))
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.token("refresh_token", "refreshToken", victim.refresh))
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.token(grantDevice, "deviceCode", dev["deviceCode"].(string)))
	for _, kind := range [][]string{{"refresh_token", "refreshToken"}, {grantDevice, "deviceCode"}} {
		for _, forged := range []string{"x", victim.access, victim.refresh[:len(victim.refresh)-2] + "AA", "aor", dev["userCode"].(string), code} {
			x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.token(kind[0], kind[1], forged))
		}
	}
	if !victim.valid() {
		t.Error("the requests of another client ended the session")
	}
	victim.must(200, "/token", victim.token("refresh_token", "refreshToken", victim.refresh))

	x.access = victim.refresh
	if x.valid() {
		t.Error("a refresh token works as an access token")
	}
	x.secret = victim.secret
	x.fails(401, "InvalidClientException", "invalid_client", "/token", x.codeBody(code))
}

func TestCodeReplayRevokes(t *testing.T) {
	x := newTester(t, emulator.Config{})
	code := x.code("jane")
	x.keep(x.must(200, "/token", x.codeBody(code)))
	if !x.valid() {
		t.Fatal("the token does not work")
	}
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.codeBody(code))
	if x.valid() {
		t.Error("the tokens of a code work after its second use")
	}
}

func TestCodeNeedsItsVerifierAndRedirect(t *testing.T) {
	for name, value := range map[string]string{
		"codeVerifier": "another-verifier-another-verifier-another-ver",
		"redirectUri":  "http://127.0.0.1:1/oauth/callback",
	} {
		t.Run(name, func(t *testing.T) {
			x := newTester(t, emulator.Config{})
			code := x.code("jane")
			body := x.codeBody(code)
			body[name] = value
			x.fails(400, "InvalidGrantException", "invalid_grant", "/token", body)
			x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.codeBody(code)) // the code is used
		})
	}
	x := newTester(t, emulator.Config{})
	code := x.code("jane")
	x.srv.Advance(5 * time.Minute)
	x.fails(400, "InvalidGrantException", "invalid_grant", "/token", x.codeBody(code))
}

const grantDevice = "urn:ietf:params:oauth:grant-type:device_code"
