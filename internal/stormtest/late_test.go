package stormtest_test

import (
	"cmp"
	"log/slog"
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

// latency is how long the service takes for each of the two calls, where a test
// does not say otherwise.
const latency = time.Second

func (h *home) slow(d time.Duration) {
	for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
		h.srv.AddFault(emulator.Fault{Operation: operation, Delay: d})
	}
}

// A late service has done what it was asked for, and its answer is under way
// until the test lets it arrive.
type late struct {
	url      string
	answered chan struct{} // gets one for every answer that is held
	arrive   chan struct{} // close it to let all answers through
}

// lateAnswers stands in front of the server and holds the answers to requests
// for path.
func lateAnswers(t *testing.T, server, path string) *late {
	t.Helper()
	l := &late{answered: make(chan struct{}, crowd), arrive: make(chan struct{})}
	l.url = front(t, server, func(asked *http.Request) {
		if strings.HasPrefix(asked.URL.Path, path) {
			l.answered <- struct{}{}
			select {
			case <-l.arrive:
			case <-asked.Context().Done(): // whoever asked has gone
			}
		}
	})
	return l
}

// slowAnswers stands in front of the server and lets every answer be under way for
// d. It returns its own base URL.
func slowAnswers(t *testing.T, server string, d time.Duration) string {
	t.Helper()
	return front(t, server, func(asked *http.Request) {
		select {
		case <-time.After(d):
		case <-asked.Context().Done():
		}
	})
}

// front stands in front of the server and calls hold with what was asked, before
// it passes the answer on.
func front(t *testing.T, server string, hold func(asked *http.Request)) string {
	t.Helper()
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(to)
	proxy.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError) // who is killed goes without a word
	proxy.ModifyResponse = func(r *http.Response) error {
		hold(r.Request)
		return nil
	}
	srv := httptest.NewServer(proxy)
	t.Cleanup(srv.Close)
	return srv.URL
}

// useFor sends the program to another base URL for some services, which is in front of
// the same server: what lies in the caches counts as issued there.
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

// reissue gives the files of the caches the origin that the environment names.
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
