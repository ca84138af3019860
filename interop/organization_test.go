package interop_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// boto3 parses the answers of Organizations, sso-admin and the identity store. Its paginators read
// all pages. The expected texts are the built-in organization.
func TestReadTheOrganization(t *testing.T) {
	t.Parallel()
	h := newHome(t, setups[0], emulator.Config{})
	h.loginWith(t, clientNamed("lanyard"))
	const want = `{"Accounts":["account1","payments-prod","payments-test","account2","log-archive","sandbox"],"Management":"111122223333",` +
		`"Units":["Security","Workloads"],"Users":["alice","guest","jane","sam"],` +
		`"Sets":{"AdministratorAccess":[6,2],"Billing":[6,1],"DeveloperAccess":[3,1],"ReadOnlyAccess":[6,1]},` +
		`"Members":{"auditors":2,"developers":2,"platform":1},"Error":"AccountNotFoundException"}`
	type organization struct {
		Accounts     []string
		Management   string
		Units, Users []string
		Sets         map[string][2]int
		Members      map[string]int
		Error        string
	}
	boto3 := which(func(c client) bool { return strings.HasPrefix(c.name, "boto3") })
	each(t, boto3, func(t *testing.T, c client) {
		var got organization
		h.run(t, c.with([]string{"organization", "dev"})).decode(t, &got)
		if text, err := json.Marshal(got); err != nil || string(text) != want {
			t.Errorf("got %s, want %s", text, want)
		}
	})
	each(t, []client{clientNamed("lanyard"), clientNamed("AWS CLI v2")}, func(t *testing.T, c client) {
		r := h.run(t, c.with([]string{"organizations", "list-accounts", "--query", "Accounts[].Name", "--output", "text"}, "--profile", "dev")).must(t)
		if got, want := strings.Fields(r.stdout), "account1 payments-prod payments-test account2 log-archive sandbox"; strings.Join(got, " ") != want {
			t.Errorf("accounts %q, want %s", got, want)
		}
	})
}
