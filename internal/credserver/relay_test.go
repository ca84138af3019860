package credserver_test

import (
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/credserver"
	"github.com/lanyard-cli/lanyard/internal/secret"
)

// startRelay starts a relay to an address. It returns the URL of the relay.
func startRelay(t *testing.T, address string, token func() (secret.String, error)) *credserver.Server {
	t.Helper()
	server, err := credserver.StartRelay(t.Context(), credserver.Config{Now: time.Now, Log: slog.New(slog.DiscardHandler)},
		credserver.Relay{Network: "tcp", Address: address, Token: token, Hosts: []string{"169.254.170.2"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

// get sends a request for a path, without a token. It returns the status and the answer.
func get(t *testing.T, server *credserver.Server, path string, change func(*http.Request)) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL("/"), http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.URL.Opaque = path
	if change != nil {
		change(r)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, string(body)
}

func TestRelay(t *testing.T) {
	s := &source{life: time.Hour}
	server := start(t, s)
	token := server.Token()
	relay := startRelay(t, "127.0.0.1:"+server.Port(), func() (secret.String, error) { return token, nil })
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, tt := range []struct {
		name, path string
		change     func(*http.Request)
		want       int
	}{
		{"the path of a profile", path, nil, 200},
		{"a token of the client", path, header("Authorization", "x"), 200}, // the relay sends its own
		{"the address of Amazon ECS", path, func(r *http.Request) { r.Host = "169.254.170.2" }, 200},
		{"another host", path, func(r *http.Request) { r.Host = "x.example" }, 403},
		{"a web page", path, header("Origin", "http://x.example"), 403},
		{"a picture", path, header("Sec-Fetch-Mode", "no-cors"), 403},
		{"POST", path, func(r *http.Request) { r.Method = http.MethodPost }, 405},
		{"another path", "/other", nil, 404},
		{"a path with ..", "/x/.." + path, nil, 404},
		{"a path with %2e%2e", "/x/%2e%2e" + path, nil, 404},
		{"another server", "//127.0.0.1:1" + path, nil, 403},
		{"a whole URL", "http://127.0.0.1:1" + path, nil, 403},
	} {
		t.Run(tt.name, func(t *testing.T) {
			status, body := get(t, relay, tt.path, tt.change)
			if status != tt.want || (tt.want == 200) != strings.Contains(body, "SecretAccessKey") {
				t.Errorf("status %d, want %d: %s", status, tt.want, body)
			}
		})
	}
}

// The relay sends no header of the client, and follows no redirect.
func TestRelaySendsOnlyItsOwnRequest(t *testing.T) {
	var got http.Header
	host := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		http.Redirect(w, r, "http://127.0.0.1:1/", http.StatusFound)
	}))
	defer host.Close()
	relay := startRelay(t, host.Listener.Addr().String(), func() (secret.String, error) { return secret.New("TOKEN"), nil })
	status, _ := get(t, relay, "/", func(r *http.Request) {
		r.Header.Set("Cookie", "x")
		r.Header.Set("X-Forwarded-For", "1.1.1.1")
	})
	if status != http.StatusFound || got.Get("Authorization") != "TOKEN" || got.Get("Cookie") != "" || got.Get("X-Forwarded-For") != "" {
		t.Errorf("status %d, headers of the request: %v", status, got)
	}
}

// Errors of the relay have no status at which the SDKs repeat the request. They do not contain
// the token.
func TestRelayErrors(t *testing.T) {
	large := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", 1<<20))
	}))
	defer large.Close()
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	good := func() (secret.String, error) { return secret.New("TOKEN"), nil }
	for _, tt := range []struct {
		name, address string
		token         func() (secret.String, error)
		want          string
	}{
		{"no server", closed.Addr().String(), good, "(hint: start the server: lanyard serve ecs)"},
		{"a large answer", large.Listener.Addr().String(), good, "the answer is too large"},
		{"no token", closed.Addr().String(), func() (secret.String, error) { return secret.String{}, errors.New("no such file") }, "no such file"},
	} {
		status, body := get(t, startRelay(t, tt.address, tt.token), "/", nil)
		if status != 400 || !strings.Contains(body, tt.want) || strings.Contains(body, "TOKEN") {
			t.Errorf("%s: status %d, %s", tt.name, status, body)
		}
	}
}
