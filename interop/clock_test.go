package interop_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// If the emulator's clock moves, clients still sign by their own clock. They report that their
// keys have expired. After a new sign-in, they work again.
func TestClientsAfterAdvance(t *testing.T) {
	for _, d := range []time.Duration{70 * time.Minute, 8 * time.Hour, 13 * time.Hour} {
		t.Run(d.String(), func(t *testing.T) {
			t.Parallel()
			h := newHome(t, setups[0], emulator.Config{})
			lanyard := clientNamed("lanyard")
			h.loginWith(t, lanyard)
			var keys struct{ AccessKeyId, SecretAccessKey, SessionToken string } //nolint:revive,staticcheck // the AWS CLI's names
			h.run(t, lanyard.with([]string{"configure", "export-credentials", "--profile"}, "dev")).decode(t, &keys)
			h.writeConfig(t, h.config+fmt.Sprintf("[profile keys]\naws_access_key_id = %s\naws_secret_access_key = %s\naws_session_token = %s\nregion = us-east-1\n",
				keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken))
			h.srv.Advance(d)
			h.forgetRoles(t)
			h.loginWith(t, lanyard)
			each(t, oneOfEach(), func(t *testing.T, c client) {
				withKeys := c
				if c.process != nil {
					withKeys.identity = c.process // the profile has no SSO settings
				}
				if r := h.run(t, withKeys.whoami("keys")); r.code == 0 || !strings.Contains(r.stdout+r.stderr, "ExpiredToken") {
					t.Errorf("with expired keys: exit code %d, want a failure with ExpiredToken\n%s%s", r.code, r.stdout, r.stderr)
				}
				h.forgetRoles(t)
				h.checkAdmin(t, c)
			})
		})
	}
}
