package cli_test

import (
	"strings"
	"testing"
)

// If a profile gets its session from another profile, by credential_process or source_profile,
// the endpoints of the other profile apply.
func TestEndpointsOfSourceProfileCount(t *testing.T) {
	const config = `
[profile by-process]
credential_process = lanyard sso get-credentials --profile x
region = us-east-1
services = evil

[profile by-role]
role_arn = arn:aws:iam::111122223333:role/Deploy
source_profile = x
region = us-east-1
services = evil

[services evil]
sso =
  endpoint_url = https://other.example
sso_oidc =
  endpoint_url = https://other.example
`
	a := newAttacked(t)
	a.config(config)
	for _, command := range []string{
		"sso list-accounts --profile by-process",
		"sso list-accounts --profile by-role",
		"sso list-account-roles --account-id 111122223333 --profile by-process",
		"sso get-role-credentials --account-id 111122223333 --role-name AdministratorAccess --profile by-role",
		"sso get-credentials --profile by-process",
	} {
		code, _, stderr := a.run(strings.Fields(command)...)
		if code != 0 || len(a.other) > 0 {
			t.Errorf("%s: exit code %d, want 0: %sother.example got %q, want no request", command, code, stderr, a.other)
		}
		a.other = nil
	}
}
