package stormtest_test

import (
	"net"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// silent is the base URL of a server that takes connections and says nothing.
func silent(t *testing.T) string {
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

// A service that never answers fails a command in the end, and never one that
// does not need it.
func TestSilentService(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name        string
		token, role time.Duration // left; role 0: there is none
		services    []string      // that are silent
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
				checkAnswers(t, []result{h.credentials(t, "dev")})
				h.setRole(t, tt.role)
			}
			h.setToken(t, tt.token)
			url := silent(t)
			h.useFor(url, tt.services...)

			r := h.credentials(t, "dev")

			if tt.ok {
				checkAnswers(t, []result{r})
			} else {
				checkFailed(t, r, 255, url)
			}
			h.checkFiles(t)
			t.Logf("%.1f s; an expired token should fail in under 30 s; stderr: %s", r.took.Seconds(), r.stderr)
		})
	}
}
