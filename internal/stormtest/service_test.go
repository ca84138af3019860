package stormtest_test

// In these tests, a service fails, answers late or never answers.

import (
	"cmp"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A service never answers. A command that needs the service fails in the end. Other commands
// succeed.
func TestSilentService(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		token, role time.Duration // lifetime left; role 0 means no role credentials
		services    []string      // the services that never answer
		ok          bool
	}{
		{"expired token", -time.Minute, 0, []string{"SSO_OIDC"}, false},
		{"expired token, cached role", -time.Minute, time.Hour, []string{"SSO_OIDC", "SSO"}, true},
		{"token in its window", 5 * time.Minute, 0, []string{"SSO_OIDC"}, true},
		{"token in its window, cached role", 5 * time.Minute, time.Hour, []string{"SSO_OIDC", "SSO"}, true},
		{"live token, no role", 50 * time.Minute, 0, []string{"SSO"}, false},
		{"live token, role in its last minutes", 50 * time.Minute, 5 * time.Minute, []string{"SSO"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			if tt.role != 0 {
				checkAnswers(t, h.credentials(t, "dev"))
				h.setRole(t, tt.role)
			}
			h.setToken(t, tt.token)
			url := silentURL(t)
			h.useFor(url, tt.services...)

			r := h.credentials(t, "dev")

			if tt.ok {
				checkAnswers(t, r)
			} else {
				checkFailed(t, r, 255, url)
			}
			h.checkFiles(t)
			t.Logf("%.1f s; an expired token should fail in under 30 s; stderr: %s", r.Took.Seconds(), r.Stderr)
		})
	}
}

// The program repeats a request after a transient failure.
func TestTransientFaults(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		faults []emulator.Fault
		calls  int // of each faulty operation
	}{
		{"429 then a dropped connection", []emulator.Fault{{Status: 429, Count: 1}, {Drop: true, Count: 1}}, 3},
		{"500 then half an answer", []emulator.Fault{{Status: 500, Count: 1}, {Truncate: true, Count: 1}}, 3},
		{"the answer is lost", []emulator.Fault{{Drop: true, After: true, Count: 1}}, 2},
	}
	for _, tt := range tests {
		for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
			t.Run(tt.name+" of "+operation, func(t *testing.T) {
				t.Parallel()
				// The real service accepts a spent refresh token for some time, because its answer may
				// have been lost.
				h := newHome(t, emulator.Config{RefreshGrace: time.Minute}, config)
				h.signIn(t)
				h.setToken(t, -time.Minute)
				for _, f := range tt.faults {
					f.Operation = operation
					h.srv.AddFault(f)
				}

				r := h.credentials(t, "dev")

				checkAnswers(t, r)
				h.checkCount(t, operation, tt.calls)
				h.checkFiles(t)
			})
		}
	}
}

// latency is the default delay of the service for each of the two calls.
const latency = time.Second

// slow delays both calls.
func (h *home) slow(d time.Duration) {
	for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
		h.srv.AddFault(emulator.Fault{Operation: operation, Delay: d})
	}
}

// A lateService carries out each request, and holds back the answer until the test releases
// it.
type lateService struct {
	url      string
	answered chan struct{} // receives a value for each answer that is held back
	arrive   chan struct{} // close it to release all answers
}

// lateAnswers starts a proxy for the server. The proxy holds back the answers for path.
func lateAnswers(t *testing.T, server, path string) *lateService {
	t.Helper()
	l := &lateService{answered: make(chan struct{}, crowd), arrive: make(chan struct{})}
	l.url = front(t, server, func(asked *http.Request) {
		if strings.HasPrefix(asked.URL.Path, path) {
			l.answered <- struct{}{}
			select {
			case <-l.arrive:
			case <-asked.Context().Done(): // the client has gone
			}
		}
	})
	return l
}

// slowAnswers starts a proxy for the server that delays every answer by d. It returns
// its base URL.
func slowAnswers(t *testing.T, server string, d time.Duration) string {
	t.Helper()
	return front(t, server, func(asked *http.Request) {
		select {
		case <-time.After(d):
		case <-asked.Context().Done():
		}
	})
}

// front starts a proxy for the server. It calls hold with the request before it forwards the
// answer.
func front(t *testing.T, server string, hold func(asked *http.Request)) string {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // the proxy logs an error for each killed client
	proxy.ModifyResponse = func(r *http.Response) error {
		hold(r.Request)
		return nil
	}
	srv := httptest.NewServer(proxy)
	t.Cleanup(srv.Close)
	return srv.URL
}

// useFor sets another base URL for some services. The URL leads to the same server, so
// the cache files get it as their origin.
func (h *home) useFor(url string, services ...string) {
	defer h.reissue()
	for i, v := range h.env {
		for _, service := range services {
			if strings.HasPrefix(v, "AWS_ENDPOINT_URL_"+service+"=") {
				h.env[i] = "AWS_ENDPOINT_URL_" + service + "=" + url
			}
		}
	}
}

// reissue sets the origin in the cache files to the endpoints of the environment.
func (h *home) reissue() {
	var o ssocache.Origin
	for _, v := range h.env {
		if value, ok := strings.CutPrefix(v, "AWS_ENDPOINT_URL_SSO_OIDC="); ok {
			o.SignIn = value
		}
		if value, ok := strings.CutPrefix(v, "AWS_ENDPOINT_URL_SSO="); ok {
			o.Portal = value
		}
	}
	tokens, err1 := filepath.Glob(filepath.Join(h.cache().SSO(), "*.json"))
	roles, err2 := filepath.Glob(filepath.Join(h.cache().Roles(), "*.json"))
	if err := cmp.Or(err1, err2); err != nil {
		panic(err) // the pattern is wrong
	}
	for _, path := range append(tokens, roles...) {
		data, err := os.ReadFile(path)
		if err != nil {
			continue // a process has just removed it
		}
		if tok, err := ssocache.ParseToken(data); err == nil {
			tok.Origin = o
			data = tok.Encode()
		} else if c, err := ssocache.ParseCredentials(data); err == nil {
			c.Origin = o.Portal
			data = c.Encode()
		} else if r, err := ssocache.ParseRegistration(data); err == nil {
			r.Origin = o.SignIn
			data = r.Encode()
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			panic(err)
		}
	}
}

// silentURL is the base URL of a server that accepts connections and never answers.
func silentURL(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			defer func() { _ = c.Close() }()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return "http://" + l.Addr().String()
}
