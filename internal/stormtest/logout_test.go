package stormtest_test

import (
	"os"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// A fetch of credentials runs during a logout. The credentials are not stored, even if the
// user has signed in again.
func TestLogoutDuringFetch(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		logout []string
		again  bool // sign in after the logout
	}{
		{"of all sessions", []string{"sso", "logout"}, false},
		{"of one", []string{"sso", "logout", "--sso-session", "corp"}, false},
		{"and a new sign-in", []string{"sso", "logout"}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			portal := lateAnswers(t, h.srv.URL, "/federation/credentials")
			h.useFor(portal.url, "SSO")

			fetch := h.start(t, "sso", "get-credentials", "--profile", "dev")
			select {
			case <-portal.answered:
			case <-fetch.Ended:
				t.Fatalf("no fetch: %s", fetch.Stderr.String())
			}
			if r := h.run(t, tt.logout...); r.Code != 0 {
				t.Errorf("logout: exit %d: %s; want 0", r.Code, r.Stderr)
			}
			h.checkCount(t, "Logout", 1)
			if tt.again {
				h.signIn(t)
			}
			close(portal.arrive)
			fetch.Wait(t)

			if roles := h.files(t, h.cache().Roles(), ".json"); len(roles) > 0 {
				t.Errorf("role credentials %v were stored after the logout, want none", roles)
			}
			if _, err := h.cache().LoadToken("corp"); (err == nil) != tt.again {
				t.Errorf("after the logout, and a sign-in: %v, the token: %v", tt.again, err)
			}
			h.checkFiles(t)
		})
	}
}

// A logout waits for a running refresh, so that it also revokes the new token.
func TestLogoutDuringRefresh(t *testing.T) {
	t.Parallel()
	h := newHome(t, emulator.Config{}, config)
	h.signIn(t)
	h.setToken(t, -time.Minute)
	oidc := lateAnswers(t, h.srv.URL, "/token")
	h.useFor(oidc.url, "SSO_OIDC")

	fetch := h.start(t, "sso", "get-credentials", "--profile", "dev")
	select {
	case <-oidc.answered:
	case <-fetch.Ended:
		t.Fatalf("no refresh: %s", fetch.Stderr.String())
	}
	before := h.generation(t)
	logout := h.start(t, "sso", "logout")
	proctest.Eventually(t, "the new generation", func() bool { return h.generation(t) != before })
	close(oidc.arrive)

	checkEnded(t, fetch.Wait(t))
	if r := logout.Wait(t); r.Code != 0 {
		t.Errorf("logout: exit %d: %s; want 0", r.Code, r.Stderr)
	}
	if _, err := h.cache().LoadToken("corp"); err == nil {
		t.Error("there is a token after the logout")
	}
	if h.srv.Count("Logout") == 0 {
		t.Error("the token was not revoked")
	}
	h.checkCount(t, "GetRoleCredentials", 0)
	h.checkFiles(t)
}

// generation returns the content of the session's generation file. Logins and logouts
// change it.
func (h *home) generation(t *testing.T) string {
	t.Helper()
	files := h.files(t, h.cache().SSO(), ".generation")
	if len(files) != 1 {
		t.Fatalf("generation files %q, want the one that the login made", files)
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
