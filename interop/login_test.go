package interop_test

import (
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// bothConfig has a session profile and legacy ones on the same start URL.
const bothConfig = sessionConfig + `
[profile old]
sso_start_url = ` + startURL + `
sso_region = us-east-1
` + adminRole

// A login made by one program is used by all of them.
func TestOneLoginServesAll(t *testing.T) {
	for _, by := range []string{"lanyard", "AWS CLI v2"} {
		for _, s := range setups {
			t.Run(by+" "+s.name, func(t *testing.T) {
				t.Parallel()
				h := newHome(t, s, emulator.Config{})
				h.loginWith(t, clientNamed(by))
				clients := everyClient()
				if s.session == "" {
					clients = oneOfEach() // there is but one way to read these
				}
				h.checkNoLoginSince(t, func() {
					each(t, clients, func(t *testing.T, c client) {
						h.forgetRoles(t)
						h.checkAdmin(t, c)
					})
				})
				if n := h.srv.Count("CreateToken:refresh_token"); n != 0 {
					t.Errorf("%d refreshes of a token that has just been issued", n)
				}
			})
		}
	}
}

// The AWS CLI needs one login per kind of profile. A login by lanyard is under
// both names.
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
