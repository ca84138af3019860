package interop_test

import (
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// With Forward, moto answers for services that the emulator does not have. The clients use the
// credentials of the emulator.
func TestForwardToMoto(t *testing.T) {
	t.Parallel()
	h := newHome(t, setups[0], emulator.Config{Forward: startMoto(t)["URL"]})
	h.loginWith(t, clientNamed("lanyard"))
	each(t, []client{clientNamed("lanyard"), clientNamed("AWS CLI v1")}, func(t *testing.T, c client) {
		for _, tt := range []struct{ command, want string }{
			{"iam get-user --user-name alice --query User.UserName", "alice"},
			{"dynamodb list-tables --query length(TableNames)", "0"},
			{"sts get-caller-identity --query Account", "111122223333"},
		} {
			in := c.with(append(strings.Fields(tt.command), "--output", "text"), "--profile", "dev")
			in.variable = "AWS_ENDPOINT_URL=" + h.srv.URL
			if r := h.run(t, in).must(t); strings.TrimSpace(r.stdout) != tt.want {
				t.Errorf("%s: %q, want %s", tt.command, r.stdout, tt.want)
			}
		}
	})
}
