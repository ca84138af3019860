package emulator_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/emulatortest"
)

// A tester is a client that prints requests and responses if the test fails.
type tester struct {
	*testing.T
	srv          *emulatortest.Server
	id, secret   string
	callback     string
	last         *atomic.Pointer[url.Values] // see answer
	access       string
	refresh      string
	verifier     string
	startURL     string
	registration map[string]any
}

func fixedNow() time.Time { return time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC) }

// newTester starts an emulator and registers a client for all grant types.
func newTester(t *testing.T, c emulator.Config) *tester {
	t.Helper()
	if c.Now == nil {
		c.Now = fixedNow
	}
	x := &tester{T: t, srv: emulatortest.Start(t, c), verifier: "verifier-verifier-verifier-verifier-verifier", last: new(atomic.Pointer[url.Values])}
	x.startURL = x.srv.StartURL()
	const path = "/oauth/callback" // a path, because browsers also request the icon of the page
	mux := http.NewServeMux()
	mux.HandleFunc(path, func(_ http.ResponseWriter, r *http.Request) {
		query := r.URL.Query()
		x.last.Store(&query)
	})
	cb := httptest.NewServer(mux)
	t.Cleanup(cb.Close)
	x.callback = cb.URL + path
	x.register()
	return x
}

// answer returns the query of the last callback.
func (x *tester) answer() url.Values {
	if query := x.last.Load(); query != nil {
		return *query
	}
	return nil
}

// register registers a new client. The tester then uses this client.
func (x *tester) register() {
	x.Helper()
	x.registration = x.must(200, "/client/register", map[string]any{
		"clientName": "tester", "clientType": "public", "scopes": []string{"sso:account:access"},
		"redirectUris": []string{"http://127.0.0.1/oauth/callback"},
	})
	x.id, x.secret = x.registration["clientId"].(string), x.registration["clientSecret"].(string)
}

// do sends a request and returns the response with its JSON body.
func (x *tester) do(method, path string, body any, header ...string) (*http.Response, map[string]any) {
	x.Helper()
	var r io.Reader
	switch b := body.(type) {
	case nil:
	case string:
		r = bytes.NewReader([]byte(b))
	default:
		data, err := json.Marshal(b)
		if err != nil {
			x.Fatal(err)
		}
		r = bytes.NewReader(data)
	}
	req, err := http.NewRequest(method, x.srv.URL+path, r)
	if err != nil {
		x.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req) // RoundTrip does not follow redirects
	if err != nil {
		x.Fatalf("%s %s: %v", method, path, err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	if err != nil {
		x.Fatalf("%s %s: %v", method, path, err)
	}
	out := map[string]any{"": string(data)}
	_ = json.Unmarshal(data, &out)
	return resp, out
}

// must posts JSON. It fails the test if the response has another status.
func (x *tester) must(status int, path string, body any) map[string]any {
	x.Helper()
	resp, out := x.do("POST", path, body)
	if resp.StatusCode != status {
		x.Fatalf("POST %s: status %d, want %d: %v", path, resp.StatusCode, status, out)
	}
	return out
}

// fails posts JSON. It fails the test if the response is not this OIDC error.
func (x *tester) fails(status int, exception, oauth, path string, body any) {
	x.Helper()
	resp, out := x.do("POST", path, body)
	if resp.StatusCode != status || resp.Header.Get("x-amzn-ErrorType") != exception || out["error"] != oauth || out["error_description"] == "" {
		x.Errorf("POST %s: %d %s %v, want %d %s %s", path, resp.StatusCode, resp.Header.Get("x-amzn-ErrorType"), out, status, exception, oauth)
	}
}

// token returns the body of a CreateToken request with the client's id and secret.
func (x *tester) token(grant string, more ...string) map[string]any {
	in := map[string]any{"clientId": x.id, "clientSecret": x.secret, "grantType": grant}
	for i := 0; i < len(more); i += 2 {
		in[more[i]] = more[i+1]
	}
	return in
}

func (x *tester) authorizeQuery() url.Values {
	sum := sha256.Sum256([]byte(x.verifier))
	return url.Values{
		"response_type": {"code"}, "client_id": {x.id}, "redirect_uri": {x.callback}, "state": {"s-1"},
		"code_challenge_method": {"S256"}, "code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])},
		"scopes": {"sso:account:access"},
	}
}

// code signs the user in and returns the authorization code.
func (x *tester) code(user string) string {
	x.Helper()
	if err := x.srv.SignIn(x.Context(), x.srv.URL+"/authorize?"+x.authorizeQuery().Encode(), user); err != nil {
		x.Fatal(err)
	}
	if x.answer().Get("state") != "s-1" {
		x.Fatalf("the callback got %v", x.answer())
	}
	return x.answer().Get("code")
}

func (x *tester) codeBody(code string) map[string]any {
	return x.token("authorization_code", "code", code, "codeVerifier", x.verifier, "redirectUri", x.callback)
}

// login signs the user in with PKCE and stores the tokens in x.
func (x *tester) login(user string) {
	x.Helper()
	x.keep(x.must(200, "/token", x.codeBody(x.code(user))))
}

func (x *tester) keep(out map[string]any) {
	x.access, _ = out["accessToken"].(string)
	x.refresh, _ = out["refreshToken"].(string)
}

// portal sends a request to the portal with the access token.
func (x *tester) portal(path string) (*http.Response, map[string]any) {
	x.Helper()
	return x.do("GET", path, nil, "x-amz-sso_bearer_token", x.access)
}

// valid reports whether the access token works.
func (x *tester) valid() bool {
	x.Helper()
	resp, out := x.portal("/assignment/accounts?max_result=1")
	if resp.StatusCode != 200 && (resp.StatusCode != 401 || out["__type"] != "com.amazonaws.switchboard.portal#UnauthorizedException") {
		x.Fatalf("ListAccounts: %d %v", resp.StatusCode, out)
	}
	return resp.StatusCode == 200
}
