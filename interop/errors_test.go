package interop_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// otherRole is a profile with a role that jane does not have.
const otherRole = `
[profile denied]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Billing
region = us-east-1
`

const expiredText = "The SSO session associated with this profile has expired or is otherwise invalid"

// Each client prints the portal's errors in its own words. These words show that the client
// understands the emulator's replies.
func TestPortalErrors(t *testing.T) {
	t.Parallel()
	h := newHome(t, setup{"errors", sessionConfig + otherRole, "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	const once = "AWS_MAX_ATTEMPTS=1" // more attempts would take ten seconds

	t.Run("403", func(t *testing.T) {
		each(t, oneOfEach(), func(t *testing.T, c client) {
			checkFailure(t, h.run(t, c.whoami("denied"), once), []string{"ForbiddenException", "No access"}, []string{"No access"})
		})
	})
	t.Run("429", func(t *testing.T) {
		h.srv.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Status: http.StatusTooManyRequests, Message: "slow down"})
		each(t, oneOfEach(), func(t *testing.T, c client) {
			checkFailure(t, h.run(t, c.whoami("dev"), once), []string{"TooManyRequestsException", "slow down"}, []string{"slow down"})
		})
		h.srv.ClearFaults()
	})
	t.Run("401", func(t *testing.T) {
		h.srv.RevokeSessions("jane")
		each(t, oneOfEach(), func(t *testing.T, c client) {
			checkFailure(t, h.run(t, c.whoami("dev"), once), []string{expiredText}, []string{"UnauthorizedException", "Session token not found or invalid"}, []string{"Session token not found or invalid"})
		})
	})
}

// checkFailure checks that the program failed and printed all words of one of the sets.
func checkFailure(t *testing.T, r result, sets ...[]string) {
	t.Helper()
	if r.code == 0 {
		t.Fatalf("the program succeeded, want a failure: %s", r.stdout)
	}
	for _, words := range sets {
		if hasAll(r.stderr, words...) {
			return
		}
	}
	t.Errorf("exit %d, and stderr is %q; want one of %q", r.code, r.stderr, sets)
}

func hasAll(s string, words ...string) bool {
	for _, w := range words {
		if !strings.Contains(s, w) {
			return false
		}
	}
	return true
}
