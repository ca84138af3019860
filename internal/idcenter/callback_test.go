package idcenter

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/secret"
)

// oidc returns a sign-in service with one client. token handles the exchange of the code.
func oidc(token http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/client/register" {
			fmt.Fprintf(w, `{"clientId":"client-1","clientSecret":"secret-2","clientSecretExpiresAt":%d}`, time.Now().Add(time.Hour*2000).Unix())
			return
		}
		token(w, r)
	}
}

func grants(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, `{"accessToken":"access-2","expiresIn":3600,"refreshToken":"refresh-2"}`)
}

// A visit is a response of the callback server.
type visit struct {
	status   int
	location string
	header   http.Header
	body     string
}

// get makes a request without following redirects.
func get(t *testing.T, method, url string, change func(*http.Request)) visit {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if change != nil {
		change(req)
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Errorf("%s %s: %v", method, url, err)
		return visit{}
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return visit{resp.StatusCode, resp.Header.Get("Location"), resp.Header, string(body)}
}

// signIn runs a sign-in with the function browse as the browser. browse gets the redirect URL and
// the state.
func signIn(t *testing.T, c *Client, s SignIn, browse func(redirect, state string)) (Result, error) {
	t.Helper()
	left := make(chan struct{})
	if s.StartURL == "" {
		s.StartURL = startURL
	}
	s.Open = func(_ context.Context, address string) error {
		defer close(left)
		u, err := url.Parse(address)
		if err != nil {
			return err
		}
		browse(u.Query().Get("redirect_uri"), u.Query().Get("state"))
		return nil
	}
	res, err := c.SignIn(t.Context(), s)
	select {
	case <-left:
	case <-time.After(time.Minute):
		t.Error("the browser function did not return")
	}
	return res, err
}

// A request that is not the expected callback gets status 400, and the sign-in continues.
func TestUnexpectedRequestsToCallback(t *testing.T) {
	c := clientAt(t, oidc(grants))
	_, err := signIn(t, c, SignIn{}, func(redirect, state string) {
		base := strings.TrimSuffix(redirect, "/oauth/callback")
		for name, v := range map[string]visit{
			"no state":          get(t, "GET", redirect+"?code=stolen", nil),
			"another state":     get(t, "GET", redirect+"?code=stolen&state=x"+state[1:], nil),
			"empty state":       get(t, "GET", redirect+"?code=stolen&state=", nil),
			"two states":        get(t, "GET", redirect+"?code=stolen&state="+state+"&state=x", nil),
			"two codes":         get(t, "GET", redirect+"?code=a&code=b&state="+state, nil),
			"error, no state":   get(t, "GET", redirect+"?error=access_denied", nil),
			"error, its state":  get(t, "GET", redirect+"?error=access_denied&state=theirs", nil),
			"nothing":           get(t, "GET", redirect, nil),
			"state alone":       get(t, "GET", redirect+"?state="+state, nil),
			"bad escape":        get(t, "GET", redirect+"?code=%zz&state="+state, nil),
			"POST":              get(t, "POST", redirect+"?code=stolen&state="+state, nil),
			"HEAD":              get(t, "HEAD", redirect+"?code=stolen&state="+state, nil),
			"another path":      get(t, "GET", base+"/?code=stolen&state="+state, nil),
			"a path below":      get(t, "GET", base+"/oauth/callback/?code=stolen&state="+state, nil),
			"favicon":           get(t, "GET", base+"/favicon.ico", nil),
			"done, too early":   get(t, "GET", base+"/oauth/done", nil),
			"failed, too early": get(t, "GET", base+"/oauth/failed", nil),
			"another host":      get(t, "GET", redirect+"?code=stolen&state="+state, func(r *http.Request) { r.Host = "evil.example" }),
			"localhost":         get(t, "GET", redirect+"?code=stolen&state="+state, func(r *http.Request) { r.Host = strings.Replace(r.Host, "127.0.0.1", "localhost", 1) }),
			"no port":           get(t, "GET", redirect+"?code=stolen&state="+state, func(r *http.Request) { r.Host = "127.0.0.1" }),
		} {
			if v.status != http.StatusBadRequest {
				t.Errorf("%s: status %d, want 400", name, v.status)
			}
			strictly(t, name, v)
		}
		v := get(t, "GET", redirect+"?code=c-of-the-test&state="+state, nil)
		if v.status != http.StatusSeeOther || v.location != "/oauth/done" {
			t.Errorf("callback: %+v, want a redirect to /oauth/done", v)
		}
		strictly(t, "redirect", v)
		v = get(t, "GET", base+v.location, nil)
		if v.status != http.StatusOK || !strings.Contains(v.body, "You are signed in") || !strings.Contains(v.body, "You can close this tab and return to your terminal.") {
			t.Errorf("page: %+v, want a page that says \"You are signed in\"", v)
		}
		strictly(t, "page", v)
	})
	if err != nil {
		t.Error(err)
	}
}

func strictly(t *testing.T, name string, v visit) {
	t.Helper()
	for header, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"Content-Type": "text/html; charset=utf-8", "Content-Security-Policy": "default-src 'none'; style-src 'sha256-",
	} {
		if !strings.HasPrefix(v.header.Get(header), want) {
			t.Errorf("%s: %s is %q, want %q", name, header, v.header.Get(header), want)
		}
	}
	noSecret(t, name, v.body)
}

// A connection without a request delays neither the sign-in nor the end of the server.
func TestConnectionsWithoutRequest(t *testing.T) {
	c := clientAt(t, oidc(grants))
	start := time.Now()
	_, err := signIn(t, c, SignIn{}, func(redirect, state string) {
		u, _ := url.Parse(redirect)
		for _, words := range []string{"", "GET ", "GET /oauth/callback HTTP/1.1\r\nHost: " + u.Host + "\r\n"} {
			conn, err := net.Dial("tcp", u.Host)
			if err != nil {
				t.Error(err)
				return
			}
			t.Cleanup(func() { conn.Close() })
			_, _ = io.WriteString(conn, words)
		}
		get(t, "GET", redirect+"?code=c&state="+state, nil)
		get(t, "GET", "http://"+u.Host+"/oauth/done", nil)
	})
	if err != nil || time.Since(start) > headerBudget {
		t.Errorf("after %v: %v; want success within %v", time.Since(start), err, headerBudget)
	}
}

// The page waits for the exchange of the code. A reload or a prefetch neither blocks the
// sign-in nor exchanges the code again.
func TestPageWaitsForExchange(t *testing.T) {
	exchange := make(chan struct{})
	exchanges := 0
	c := clientAt(t, oidc(func(w http.ResponseWriter, r *http.Request) {
		exchanges++
		<-exchange
		w.Header().Set("X-Amzn-ErrorType", "AccessDeniedException")
		w.WriteHeader(400)
		_, _ = io.WriteString(w, `{"error":"access_denied","error_description":"<script>alert(1)</script>\u001b[2J"}`)
	}))
	_, err := signIn(t, c, SignIn{}, func(redirect, state string) {
		base := strings.TrimSuffix(redirect, "/oauth/callback")
		pages := make(chan visit)
		for range 3 {
			if v := get(t, "GET", redirect+"?code=c&state="+state, nil); v.location != "/oauth/done" {
				t.Errorf("callback: %+v, want a redirect to /oauth/done", v)
			}
			go func() { pages <- get(t, "GET", base+"/oauth/done", nil) }()
		}
		select {
		case v := <-pages:
			t.Errorf("page before the exchange: %+v, want the page after the exchange", v)
		case <-time.After(50 * time.Millisecond):
		}
		close(exchange)
		for range 3 {
			if v := <-pages; v.status != http.StatusSeeOther || v.location != "/oauth/failed" {
				t.Errorf("page: %+v, want a redirect to /oauth/failed", v)
			}
		}
		v := get(t, "GET", base+"/oauth/failed", nil)
		if !strings.Contains(v.body, "You are not signed in") || strings.Contains(v.body, "<script>") ||
			!strings.Contains(v.body, "AccessDeniedException") || !strings.Contains(v.body, "&lt;script&gt;alert(1)&lt;/script&gt;[2J") {
			t.Errorf("page: %s\nwant the escaped error of the service", v.body)
		}
		strictly(t, "failed", v)
	})
	if err == nil || !strings.HasPrefix(err.Error(), "An error occurred (AccessDeniedException) when calling the CreateToken operation:") {
		t.Errorf("error %v, want an AccessDeniedException of CreateToken", err)
	}
	if exchanges != 1 {
		t.Errorf("%d exchanges, want 1", exchanges)
	}
}

func TestCallbackError(t *testing.T) {
	c := clientAt(t, oidc(grants))
	_, err := signIn(t, c, SignIn{}, func(redirect, state string) {
		v := get(t, "GET", redirect+"?state="+state+"&error=access_denied&error_description=%3Cb%3Eno%1b%5B2J%0away&code=ignored", nil)
		if v.status != http.StatusSeeOther || v.location != "/oauth/failed" {
			t.Errorf("callback: %+v, want a redirect to /oauth/failed", v)
		}
		v = get(t, "GET", strings.Replace(redirect, "callback", "failed", 1), nil)
		if !strings.Contains(v.body, "&lt;b&gt;no[2J way") {
			t.Errorf("page: %s\nwant the escaped error", v.body)
		}
	})
	want := "Error loading authorization code: Failed to retrieve an authorization code.\n\nAdditional error details:\nerror: access_denied\nerror_description: <b>no[2J way"
	if err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
}

func TestCodeExpired(t *testing.T) {
	c := clientAt(t, oidc(always(400, "X-Amzn-ErrorType: ExpiredTokenException", `{"error":"expired_token"}`)))
	_, err := signIn(t, c, SignIn{}, func(redirect, state string) { get(t, "GET", redirect+"?code=c&state="+state, nil) })
	if err != ErrExpired { //nolint:errorlint // as it is
		t.Errorf("error %v, want ErrExpired itself", err)
	}
}

func TestTimeout(t *testing.T) {
	c := clientAt(t, oidc(grants))
	_, err := c.SignIn(t.Context(), SignIn{StartURL: startURL, Timeout: 50 * time.Millisecond})
	if err != ErrExpired || err.Error() != "The pending authorization to retrieve an SSO token has expired. The login flow to retrieve an SSO token must be restarted." { //nolint:errorlint // as it is
		t.Errorf("error %v, want ErrExpired itself, with the AWS CLI's text", err)
	}
}

func TestSignInCancelled(t *testing.T) {
	for _, s := range []SignIn{{}, {Device: true}} {
		ctx, cancel := context.WithCancel(t.Context())
		s.StartURL, s.Show = startURL, func(string) { cancel() }
		c := clientAt(t, deviceService(nil))
		start := time.Now()
		_, err := c.SignIn(ctx, s)
		if err != context.Canceled || time.Since(start) > 2*time.Second { //nolint:errorlint // as it is
			t.Errorf("after %v: %v; want context.Canceled itself within 2 s", time.Since(start), err)
		}
	}
}

// The server listens on 127.0.0.1 only, at the requested port, and releases the port at the end.
func TestCallbackPort(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := taken.Addr().(*net.TCPAddr).Port
	c := clientAt(t, oidc(grants))
	s := SignIn{CallbackPort: port, StartURL: startURL}
	_, err = c.SignIn(t.Context(), s)
	if err == nil || !strings.HasPrefix(err.Error(), "Unable to initialize the OAuth 2.0 authorization callback handler: ") ||
		!strings.HasSuffix(err.Error(), " \n You may use --use-device-code to fall back to the device code flow which does not require the callback handler.") {
		t.Errorf("error %v, want an error that ends with the way by --use-device-code", err)
	}
	if op := new(net.OpError); !errors.As(err, &op) {
		t.Errorf("error %T, want an error that wraps a net.OpError", err)
	}
	taken.Close()
	for range 2 {
		_, err = signIn(t, c, s, func(redirect, state string) {
			if want := fmt.Sprintf("http://127.0.0.1:%d/oauth/callback", port); redirect != want {
				t.Errorf("redirect %s, want %s", redirect, want)
			}
			if conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.2:%d", port)); err == nil {
				conn.Close()
				t.Error("the server listens on other addresses")
			}
			get(t, "GET", redirect+"?code=c&state="+state, nil)
			get(t, "GET", strings.Replace(redirect, "callback", "done", 1), nil)
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// A browser with several connections gets its page, although the sign-in ends at once.
func TestPageArrives(t *testing.T) {
	c := clientAt(t, oidc(grants))
	for range 20 {
		_, err := signIn(t, c, SignIn{}, func(redirect, state string) {
			u, _ := url.Parse(redirect)
			get(t, "GET", redirect+"?code=c&state="+state, nil)
			conn, err := net.Dial("tcp", u.Host)
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			fmt.Fprintf(conn, "GET /oauth/done HTTP/1.1\r\nHost: %s\r\n\r\n", u.Host)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Error(err)
				return
			}
			defer resp.Body.Close()
			if body, err := io.ReadAll(resp.Body); err != nil || !strings.HasSuffix(string(body), "</html>\n") {
				t.Errorf("page %q, %v; want a whole page", body, err)
			}
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// The browser of the user cannot reach the server, so the user pastes the browser's address.
func TestPasted(t *testing.T) {
	c := clientAt(t, oidc(grants))
	pasted := make(chan secret.String)
	var shown strings.Builder
	port := 0
	start := time.Now()
	_, err := signIn(t, c, SignIn{
		Pasted: pasted, Listening: func(p int) { port = p },
		Show: func(text string) { shown.WriteString(text) },
	}, func(redirect, state string) {
		if !strings.HasSuffix(redirect, fmt.Sprintf(":%d/oauth/callback", port)) {
			t.Errorf("redirect %s, port %d; want the port in the redirect", redirect, port)
		}
		for _, bad := range []string{
			"", "code", redirect, redirect + "?code=c&state=x", "https" + redirect[4:] + "?code=c&state=" + state,
			strings.Replace(redirect, "127.0.0.1", "evil.example", 1) + "?code=c&state=" + state, "\x00%zz",
		} {
			pasted <- secret.New(bad)
		}
		pasted <- secret.New(" " + redirect + "?code=c-of-the-test&state=" + state + "\n")
	})
	if err != nil || strings.Count(shown.String(), "This is not the address") != 7 || time.Since(start) > followBudget {
		t.Errorf("after %v: %v, shown:\n%s\nwant success within %v, and seven rejected addresses", time.Since(start), err, &shown, followBudget)
	}
	noSecret(t, "shown", shown.String())

	closed := make(chan secret.String)
	close(closed)
	if _, err := c.SignIn(t.Context(), SignIn{StartURL: startURL, Pasted: closed, Timeout: 50 * time.Millisecond}); !errors.Is(err, ErrExpired) {
		t.Errorf("after the end of the input: %v, want ErrExpired", err)
	}
}

// The page shows success only after the tokens are stored.
func TestPageWaitsForKeep(t *testing.T) {
	for name, tt := range map[string]struct {
		failure error
		page    string
	}{
		"stored":     {nil, "You are signed in"},
		"not stored": {errors.New("not signed in: no space <left> on device"), "not signed in: no space &lt;left&gt; on device"},
	} {
		t.Run(name, func(t *testing.T) {
			c := clientAt(t, oidc(grants))
			storing, store := make(chan Result, 1), make(chan struct{})
			res, err := signIn(t, c, SignIn{Keep: func(_ context.Context, r Result) error {
				storing <- r
				<-store
				return tt.failure
			}}, func(redirect, state string) {
				v := get(t, "GET", redirect+"?code=c&state="+state, nil)
				page := make(chan visit, 1)
				go func() { page <- get(t, "GET", strings.TrimSuffix(redirect, "/oauth/callback")+v.location, nil) }()
				if r := <-storing; r.Grant.AccessToken.Reveal() != "access-2" || r.Registration.ClientID != "client-1" {
					t.Errorf("Keep got %+v, want the grant and the registration", r)
				}
				select {
				case v := <-page:
					t.Errorf("the page was shown too early: %+v", v)
				case <-time.After(100 * time.Millisecond):
				}
				close(store)
				v = <-page
				if v.status == http.StatusSeeOther {
					v = get(t, "GET", strings.TrimSuffix(redirect, "/oauth/callback")+v.location, nil)
				}
				if v.status != http.StatusOK || !strings.Contains(v.body, tt.page) {
					t.Errorf("page: %+v, want status 200 and %q", v, tt.page)
				}
			})
			if !errors.Is(err, tt.failure) {
				t.Errorf("error %v, want failure", err)
			}
			if tt.failure == nil && res.Grant.AccessToken.Reveal() != "access-2" {
				t.Errorf("result %+v, want access-2", res)
			}
		})
	}
}
