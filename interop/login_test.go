package interop_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// bothConfig has a session profile and a legacy profile of the same start URL.
const bothConfig = sessionConfig + `
[profile old]
sso_start_url = ` + startURL + `
sso_region = us-east-1
` + adminRole

// After one client has signed in, all clients can use the session.
func TestOneLoginServesAll(t *testing.T) {
	for _, by := range []string{"lanyard", "AWS CLI v2"} {
		for _, s := range setups {
			t.Run(by+" "+s.name, func(t *testing.T) {
				t.Parallel()
				h := newHome(t, s, emulator.Config{})
				h.loginWith(t, clientNamed(by))
				clients := everyClient()
				if s.session == "" {
					clients = oneOfEach() // all versions of a client read these files in the same way
				}
				h.checkNoLoginSince(t, func() {
					each(t, clients, func(t *testing.T, c client) {
						h.forgetRoles(t)
						h.checkAdmin(t, c)
					})
				})
				if n := h.srv.Count("CreateToken:refresh_token"); n != 0 {
					t.Errorf("%d refreshes of a new token, want 0", n)
				}
			})
		}
	}
}

// The AWS CLI needs one login for session profiles and another login for legacy profiles.
// lanyard stores the token of a login under both names.
func TestOneLoginServesBothKindsOfProfile(t *testing.T) {
	t.Parallel()
	h := newHome(t, setup{"both", bothConfig, "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	h.checkNoLoginSince(t, func() {
		each(t, oneOfEach(), func(t *testing.T, c client) {
			h.forgetRoles(t)
			checkAdmin(t, h.run(t, c.whoami("old")))
		})
	})
}
