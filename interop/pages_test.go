package interop_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

// Clients can list all accounts of an organization that needs several pages.
func TestListInPages(t *testing.T) {
	t.Parallel()
	const accounts, pages = 250, 3
	h := newHome(t, setups[0], largeOrganization(accounts))
	h.loginWith(t, clientNamed("lanyard"))
	sdks := which(func(c client) bool { return c.accounts != nil })
	each(t, sdks, func(t *testing.T, c client) {
		var got listing
		h.run(t, c.with(c.accounts, h.tokenPath())).decode(t, &got)
		if got != (listing{pages, accounts}) {
			t.Errorf("got %+v, want %d accounts on %d pages", got, accounts, pages)
		}
	})
	t.Run("AWS CLI v2", func(t *testing.T) {
		c := clientNamed("AWS CLI v2")
		c.need(t)
		before := h.srv.Count("ListAccounts")
		r := h.run(t, c.with([]string{"sso", "list-accounts", "--output", "json", "--region", "us-east-1", "--access-token"}, h.token(t).AccessToken))
		var got struct{ AccountList []struct{ AccountID string } }
		r.decode(t, &got)
		if n := h.srv.Count("ListAccounts") - before; len(got.AccountList) != accounts || n != pages {
			t.Errorf("%d accounts on %d pages, want %d on %d", len(got.AccountList), n, accounts, pages)
		}
	})
}

// largeOrganization returns an organization with jane and n accounts.
func largeOrganization(n int) emulator.Config {
	c := emulator.Config{
		Users:          []emulator.User{{Name: "jane"}},
		PermissionSets: []emulator.PermissionSet{{Name: "AdministratorAccess"}},
		Assignments:    []emulator.Assignment{{User: "jane", Accounts: []string{"*"}, PermissionSets: []string{"AdministratorAccess"}}},
	}
	for i := range n {
		c.Accounts = append(c.Accounts, emulator.Account{ID: fmt.Sprintf("%012d", 100_000_000_000+i), Name: fmt.Sprint("account ", i)})
	}
	return c
}

// boto3 signs in with a device code, like a program that uses no files.
func TestBoto3DeviceCode(t *testing.T) {
	each(t, which(func(c client) bool { return strings.HasPrefix(c.name, "boto3") }), func(t *testing.T, c client) {
		t.Parallel()
		h := newHome(t, setups[0], emulator.Config{})
		out := h.signIn(t, c.with([]string{"device"}, startURL))
		var got struct {
			Pending int
			Roles   []string
		}
		lines := strings.Split(strings.TrimSpace(out), "\n")
		if err := json.Unmarshal([]byte(lines[len(lines)-1]), &got); err != nil {
			t.Fatalf("the last line is not JSON: %v\n%s", err, out)
		}
		if got.Pending == 0 || strings.Join(got.Roles, " ") != "AdministratorAccess ReadOnlyAccess" {
			t.Errorf("result = %+v, want two roles after at least one wait", got)
		}
	})
}
