package interop_test

import (
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// lanyard and the other clients refresh in turn. Each client uses the token that the client
// before it has stored. The service accepts each refresh token once, so a client that stores a
// wrong token breaks the chain.
func TestRefreshChain(t *testing.T) {
	for _, by := range []string{"lanyard", "AWS CLI v2"} {
		t.Run("login by "+by, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, setups[0], emulator.Config{})
			h.loginWith(t, clientNamed(by))
			h.checkNoLoginSince(t, func() {
				each(t, everyClient(), func(t *testing.T, c client) {
					h.checkRefresh(t, c)
					h.checkRefresh(t, clientNamed("lanyard"))
				})
			})
		})
	}
}

// checkRefresh makes the token expire. It checks that the client refreshes the token with one
// request, and stores a token that the next client can refresh.
func (h *home) checkRefresh(t *testing.T, c client) {
	t.Helper()
	h.expire(t)
	before, old := h.srv.Count("CreateToken:refresh_token"), h.token(t)
	h.checkAdmin(t, c)
	if n := h.srv.Count("CreateToken:refresh_token") - before; n != 1 {
		t.Errorf("%s: %d refreshes, want 1", c.name, n)
	}
	now := h.token(t)
	switch {
	case now.AccessToken == old.AccessToken || now.RefreshToken == old.RefreshToken || now.RefreshToken == "":
		t.Errorf("%s: the new token is not in the file", c.name)
	case time.Until(now.ExpiresAt) < 50*time.Minute:
		t.Errorf("%s: the new token expires at %v, want in an hour", c.name, now.ExpiresAt)
	case now.ClientID != old.ClientID || now.ClientSecret != old.ClientSecret || !now.RegistrationExpiresAt.Equal(old.RegistrationExpiresAt):
		t.Errorf("%s: the client registration, which every refresh needs, has changed", c.name)
	case now.StartURL != startURL || now.Region != "us-east-1":
		t.Errorf("%s: start URL %q, region %q, want %q and us-east-1", c.name, now.StartURL, now.Region, startURL)
	}
}

// legacyAutoConfig is the config of the guide (internal/cli/testdata/guide.md): a legacy
// profile with sso_auto_refresh. Only lanyard refreshes its token.
const legacyAutoConfig = legacyConfig + "sso_auto_refresh = true\nsso_refresh_window = 43200  # 12 hours in seconds\n"

func TestLegacyAutoRefresh(t *testing.T) {
	t.Parallel()
	h := newHome(t, setup{"auto-refresh", legacyAutoConfig, ""}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	h.expire(t)
	refreshes := func() int { return h.srv.Count("CreateToken:refresh_token") }
	each(t, others(oneOfEach()), func(t *testing.T, c client) {
		if r := h.run(t, c.whoami("dev")); r.code == 0 || refreshes() != 0 {
			t.Errorf("the client printed %s after %d refreshes, but it cannot refresh this token", r.stdout, refreshes())
		}
	})
	h.checkAdmin(t, clientNamed("lanyard"))
	each(t, oneOfEach(), func(t *testing.T, c client) {
		h.forgetRoles(t)
		h.checkAdmin(t, c)
	})
	if n := refreshes(); n != 1 {
		t.Errorf("%d refreshes, want 1", n)
	}
}

// If the service has ended the session, every client reports that, and does not change the token
// file.
func TestEndedSession(t *testing.T) {
	t.Parallel()
	h := newHome(t, setups[0], emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	h.expire(t)
	h.srv.RevokeSessions("jane")
	old := h.token(t)
	each(t, oneOfEach(), func(t *testing.T, c client) {
		r := h.run(t, c.whoami("dev"))
		if r.code == 0 || !strings.Contains(strings.ToLower(r.stderr), "sso") && !strings.Contains(r.stderr, "InvalidGrant") {
			t.Errorf("exit code %d, want a failure that names SSO: %s", r.code, r.stderr)
		}
		if h.token(t) != old {
			t.Error("the token file has changed")
		}
	})
}
