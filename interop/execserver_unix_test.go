//go:build unix

package interop_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// serverConfig has a default profile of another account. The credentials of the profile short
// expire soon.
const serverConfig = `[default]
sso_session = corp
` + adminRole + `
[sso-session corp]
sso_start_url = ` + startURL + `
sso_region = us-east-1
sso_registration_scopes = sso:account:access

[profile dev]
sso_session = corp
` + adminRole + `
[profile other]
sso_session = corp
sso_account_id = 444455556666
sso_role_name = DeveloperAccess
region = us-east-1

[profile short]
credential_process = sh short
region = us-east-1
`

const otherARN = "arn:aws:sts::444455556666:assumed-role/AWSReservedSSO_DeveloperAccess_"

// inServer returns the command line of a client inside "lanyard exec --server". Most clients
// print their identity twice: the second time when the file end exists.
func inServer(c client, profile, end string) invocation {
	args := []string{lanyardPath, "exec", "--server", profile, "--"}
	if c.variable != "" {
		args = append(args, "env", c.variable)
	}
	args = append(args, c.base...)
	if strings.HasPrefix(c.name, "AWS CLI") || c.name == "lanyard" {
		return invocation{append(args, "sts", "get-caller-identity", "--output", "json"), c.python, ""}
	}
	return invocation{append(args, "ambient", end), c.python, ""}
}

// A client inside "exec --server" has the role of the profile, even if the default profile has
// credentials of another account.
func TestServerAndDefaultProfile(t *testing.T) {
	t.Parallel()
	h := newHome(t, setup{"server", serverConfig, "corp"}, emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	end := h.path("end")
	if err := os.WriteFile(end, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	each(t, everyClient(), func(t *testing.T, c client) {
		r := h.run(t, inServer(c, "other", end)).must(t)
		var got identity
		if err := json.NewDecoder(strings.NewReader(r.stdout)).Decode(&got); err != nil || !strings.HasPrefix(got.Arn, otherARN) {
			t.Errorf("the identity is %+v, want the role of the profile other; %v", got, err)
		}
	})
}

// The credentials of a client expire while it runs. The client asks the endpoint again and
// continues with new credentials.
func TestExpiryInsideServer(t *testing.T) {
	t.Parallel()
	each(t, oneOfEach(), func(t *testing.T, c client) {
		if inv := inServer(c, "short", ""); !slices.Contains(inv.args, "ambient") {
			t.Skip("each call is a process of its own")
		}
		t.Parallel()
		h, longer := newShortHome(t)
		p := h.begin(t, inServer(c, "short", h.path("end")))
		proctest.Eventually(t, "the first identity", func() bool { return p.Over() || strings.Contains(p.Stdout.String(), "\n") })
		h.expireShort(t, longer)
		if err := os.WriteFile(h.path("end"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		r := p.Wait(t)
		var first, second ambientIdentity
		d := json.NewDecoder(strings.NewReader(r.Stdout))
		if err := d.Decode(&first); err != nil {
			t.Fatalf("%v; stderr: %s", err, r.Stderr)
		}
		if err := d.Decode(&second); err != nil || r.Code != 0 {
			t.Fatalf("%v, exit code %d; stderr: %s", err, r.Code, r.Stderr)
		}
		if first.identity != second.identity || !strings.HasPrefix(second.Arn, otherARN) || first.Key == second.Key {
			t.Errorf("the identities are %+v and %+v, want the same role with two keys", first, second)
		}
	})
}
