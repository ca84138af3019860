package emulator_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A browser stores cookies. It does not follow redirects.
type browser struct {
	*tester
	http.Client
}

func newBrowser(x *tester) *browser {
	x.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		x.Fatal(err)
	}
	return &browser{x, http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// open loads a page, or submits a form to it.
func (b *browser) open(path string, form url.Values, header ...string) (*http.Response, string) {
	b.Helper()
	method, body := "GET", ""
	if form != nil {
		method, body = "POST", form.Encode()
	}
	req, err := http.NewRequest(method, b.srv.URL+path, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := b.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		b.Fatal(err)
	}
	return resp, string(text)
}

// csrf returns the CSRF token of the page's form.
func (b *browser) csrf(path string) string {
	b.Helper()
	_, text := b.open(path, nil)
	m := regexp.MustCompile(`name="csrf" value="([^"]+)"`).FindStringSubmatch(text)
	if m == nil {
		b.Fatalf("%s has no CSRF token: %s", path, text)
	}
	return m[1]
}

// signIn signs the user in and returns the response to the form.
func (b *browser) signIn(user, password, next string) *http.Response {
	b.Helper()
	resp, _ := b.open("/start/signin", url.Values{"csrf": {b.csrf("/start/signin")}, "username": {user}, "password": {password}, "continue": {next}})
	return resp
}

func TestNoOpenRedirect(t *testing.T) {
	x := newTester(t, emulator.Config{})
	for next, want := range map[string]string{
		"":                                   "/start/",
		"https://example.com/":               "/start/",
		"//example.com/start/device":         "/start/",
		"/\\example.com/start/device":        "/start/",
		"https://example.com/start/device":   "/start/",
		"javascript:alert(1)":                "/start/",
		"/start/device/../../token":          "/start/",
		"/start/signout":                     "/start/",
		"/token":                             "/start/",
		"\thttps://example.com":              "/start/",
		"/start/device?user_code=BCDF-GHJK":  "/start/device?user_code=BCDF-GHJK",
		"/start/authorize?client_id=a&x=%2F": "/start/authorize?client_id=a&x=%2F",
	} {
		resp := newBrowser(x).signIn("jane", "", next)
		if got := resp.Header.Get("Location"); resp.StatusCode != 302 || got != want {
			t.Errorf("continue %q: %d to %q, want %q", next, resp.StatusCode, got, want)
		}
	}
}

func TestFormsNeedTheirToken(t *testing.T) {
	x := newTester(t, emulator.Config{})
	victim, thief := newBrowser(x), newBrowser(x)
	victim.signIn("jane", "", "")
	thief.signIn("guest", "", "")
	consent := "/start/authorize?" + x.authorizeQuery().Encode()
	own, foreign := victim.csrf(consent), thief.csrf(consent)
	for _, tt := range []struct {
		name, token string
		header      []string
		want        int
	}{
		{"missing", "", nil, 403},
		{"made up", "AAAA", nil, 403},
		{"another user's", foreign, nil, 403},
		{"from another origin", own, []string{"Origin", "https://example.com"}, 403},
		{"from an opaque origin", own, []string{"Origin", "null"}, 403},
		{"right", own, []string{"Origin", x.srv.URL}, 302},
	} {
		for _, path := range []string{consent, "/start/signin", "/start/signout", "/start/device"} {
			if path != consent && tt.want == 302 {
				continue
			}
			resp, text := victim.open(path, url.Values{"csrf": {tt.token}, "decision": {"allow"}, "username": {"guest"}, "user_code": {"BCDF-GHJK"}}, tt.header...)
			if resp.StatusCode != tt.want {
				t.Errorf("%s, token %s: %d %s", path, tt.name, resp.StatusCode, text)
			}
		}
	}
	if resp, _ := newBrowser(x).open(consent, url.Values{"csrf": {own}, "decision": {"allow"}}); resp.StatusCode != 403 {
		t.Errorf("form without the cookie: status %d", resp.StatusCode)
	}
}

func TestPagesHaveSecurityHeaders(t *testing.T) {
	x := newTester(t, emulator.Config{})
	b := newBrowser(x)
	resp, _ := b.open("/start/signin", nil)
	ck := resp.Header.Get("Set-Cookie")
	if !strings.Contains(ck, "HttpOnly") || !strings.Contains(ck, "SameSite=Lax") || !strings.Contains(ck, "Path=/start/") {
		t.Errorf("cookie %q", ck)
	}
	before := b.Jar.Cookies(mustURL(t, x.srv.URL+"/start/"))
	b.signIn("jane", "", "")
	after := b.Jar.Cookies(mustURL(t, x.srv.URL+"/start/"))
	if len(after) != 1 || before[0].Value == after[0].Value {
		t.Error("the cookie is the same before and after the sign-in")
	}
	if sent := b.Jar.Cookies(mustURL(t, x.callback)); len(sent) != 0 {
		t.Errorf("the browser sends the cookie %v to the program's callback", sent)
	}
	for _, path := range []string{"/start/", "/start/authorize?" + x.authorizeQuery().Encode(), "/start/device", "/start/keys?account_id=111122223333&role_name=AdministratorAccess", "/authorize", "/start/keys"} {
		resp, text := b.open(path, nil)
		csp := resp.Header.Get("Content-Security-Policy")
		if path == "/start/" { // only this page and the sign-in page have a script
			csp = strings.Replace(csp, "script-src 'self'; ", "", 1)
			text = strings.Replace(text, `<script src="/start/shortcut.js"></script>`, "", 1)
		}
		if !strings.HasPrefix(csp, "default-src 'none'; style-src 'self';") || !strings.Contains(csp, "frame-ancestors 'none'") || resp.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, resp.Header)
		}
		if strings.Contains(text, "<script") || strings.Contains(text, "style=") || strings.Contains(text, "onclick") {
			t.Errorf("%s contains an inline script or style", path)
		}
	}
	if resp, _ := b.open("/start/keys?account_id=444455556666&role_name=AdministratorAccess", nil); resp.StatusCode != 403 {
		t.Errorf("credentials of a role of another user: status %d", resp.StatusCode)
	}
	out := url.Values{"csrf": {b.csrf("/start/")}}
	if resp, _ := b.open("/start/signout", out); resp.StatusCode != 302 {
		t.Errorf("sign out: status %d", resp.StatusCode)
	}
	if resp, _ := b.open("/start/", nil); !strings.HasPrefix(resp.Header.Get("Location"), "/start/signin") {
		t.Error("the user is still signed in")
	}
}

func mustURL(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// The pages escape client names, because any program can choose its name.
func TestPagesEscape(t *testing.T) {
	x := newTester(t, emulator.Config{})
	reg := x.must(200, "/client/register", map[string]any{
		"clientName": `<script>alert("x")</script>`, "clientType": "public", "scopes": []string{"sso:account:access", "a<b>"},
		"redirectUris": []string{"http://127.0.0.1/oauth/callback"},
	})
	x.id = reg["clientId"].(string)
	b := newBrowser(x)
	b.signIn("jane", "", "")
	q := x.authorizeQuery()
	q.Set("scopes", "sso:account:access a<b>")
	q.Set("state", `"><script>`)
	_, text := b.open("/start/authorize?"+q.Encode(), nil)
	if !strings.Contains(text, "&lt;script&gt;alert") || strings.Contains(text, "<script>") || strings.Contains(text, "<b>") {
		t.Error(text)
	}
}

func TestConsoleFederation(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	key := x.keys("111122223333", "AdministratorAccess")
	session := func(id, secret, token string) string {
		return url.QueryEscape(fmt.Sprintf(`{"sessionId":%q,"sessionKey":%q,"sessionToken":%q}`, id, secret, token))
	}
	good := "/federation?Action=getSigninToken&Session=" + session(key.AccessKeyID, key.SecretAccessKey, key.SessionToken)
	resp, out := x.do("GET", good+"&SessionDuration=43200", nil)
	token, _ := out["SigninToken"].(string)
	if resp.StatusCode != 200 || token == "" {
		t.Fatalf("%d %v", resp.StatusCode, out)
	}
	login := "/federation?Action=login&Issuer=x&Destination=https%3A%2F%2Fconsole.aws.amazon.com%2Fs3&SigninToken="
	if resp, out := x.do("GET", login+token, nil); resp.StatusCode != 200 || !strings.Contains(out[""].(string), "assumed-role/AWSReservedSSO_AdministratorAccess_") {
		t.Errorf("login: %d %v", resp.StatusCode, out)
	}
	const ask = "/federation?Action=getSigninToken&Session="
	for _, tt := range []struct {
		want int
		path string
	}{
		{400, login + "x"},
		{400, "/federation?Action=login&SigninToken=" + token},
		{400, "/federation"},
		{400, "/federation?Action=nope"},
		{400, ask + "x"},
		{403, ask + session(key.AccessKeyID, "wrong", key.SessionToken)},
		{403, ask + session(key.AccessKeyID, key.SecretAccessKey, "x")},
		{403, ask + session("ASIAAAAA", key.SecretAccessKey, key.SessionToken)},
		{400, good + "&SessionDuration=60"},
	} {
		if resp, out := x.do("GET", tt.path, nil); resp.StatusCode != tt.want {
			t.Errorf("%.60s: %d %v, want %d", tt.path, resp.StatusCode, out, tt.want)
		}
	}
	x.srv.Advance(16 * 60e9)
	if resp, _ := x.do("GET", login+token, nil); resp.StatusCode != 400 {
		t.Errorf("sign-in token after 16 minutes: status %d", resp.StatusCode)
	}
	if x.srv.Count("GetSigninToken") == 0 || x.srv.Count("ConsoleLogin") == 0 {
		t.Errorf("the requests are not counted: %v", x.srv.Counts())
	}
}
