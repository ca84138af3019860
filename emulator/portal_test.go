package emulator_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// roles returns the roles in the account with ListAccountRoles.
func (x *tester) roles(account string) []string {
	x.Helper()
	resp, out := x.portal("/assignment/roles?account_id=" + account)
	if resp.StatusCode != 200 {
		x.Fatalf("ListAccountRoles: %d %v", resp.StatusCode, out)
	}
	var names []string
	for _, r := range out["roleList"].([]any) {
		names = append(names, r.(map[string]any)["roleName"].(string))
	}
	return names
}

func TestBuiltInOrganization(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	for account, want := range map[string]string{
		"111122223333": "[AdministratorAccess ReadOnlyAccess]",
		"444455556666": "[DeveloperAccess ReadOnlyAccess]",
	} {
		if got := fmt.Sprint(x.roles(account)); got != want {
			t.Errorf("%s: %s, want %s", account, got, want)
		}
	}
	x.login("guest")
	if resp, out := x.portal("/assignment/accounts"); resp.StatusCode != 200 || fmt.Sprint(out["accountList"]) != "[]" {
		t.Errorf("ListAccounts of a user without assignments: status %d, body %v, want an empty list", resp.StatusCode, out)
	}
}

func TestGetRoleCredentials(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	_, out := x.portal("/federation/credentials?account_id=444455556666&role_name=DeveloperAccess")
	creds, _ := out["roleCredentials"].(map[string]any)
	if got, want := creds["expiration"], float64(fixedNow().Add(4*time.Hour).UnixMilli()); got != want {
		t.Errorf("expiration %v, want %v (in milliseconds): %v", got, want, out)
	}
	if len(creds["accessKeyId"].(string)) != 20 || len(creds["secretAccessKey"].(string)) != 40 || creds["sessionToken"] == "" {
		t.Errorf("credentials = %v, want AWS's lengths and a session token", creds)
	}
}

func TestPortalRefuses(t *testing.T) {
	x := newTester(t, emulator.Config{})
	x.login("jane")
	const cred = "/federation/credentials"
	tests := []struct {
		name, method, path string
		status             int
		exception          string
	}{
		{"a role of another account", "GET", cred + "?account_id=444455556666&role_name=AdministratorAccess", 403, "ForbiddenException"},
		{"no such role", "GET", cred + "?account_id=444455556666&role_name=Nope", 403, "ForbiddenException"},
		{"no such account", "GET", cred + "?account_id=000000000000&role_name=DeveloperAccess", 403, "ForbiddenException"},
		{"the IAM name of a role", "GET", cred + "?account_id=444455556666&role_name=AWSReservedSSO_DeveloperAccess_0123456789abcdef", 403, "ForbiddenException"},
		{"no account", "GET", cred + "?role_name=DeveloperAccess", 400, "InvalidRequestException"},
		{"no role", "GET", cred + "?account_id=444455556666", 400, "InvalidRequestException"},
		{"roles of no account", "GET", "/assignment/roles", 400, "InvalidRequestException"},
		{"roles of an unknown account", "GET", "/assignment/roles?account_id=000000000000", 403, "ForbiddenException"},
		{"a page too long", "GET", "/assignment/accounts?max_result=101", 400, "InvalidRequestException"},
		{"a page of nothing", "GET", "/assignment/accounts?max_result=0", 400, "InvalidRequestException"},
		{"a page size that is not a number", "GET", "/assignment/accounts?max_result=x", 400, "InvalidRequestException"},
		{"a made-up next token", "GET", "/assignment/accounts?next_token=MTIz", 400, "InvalidRequestException"},
		{"POST", "POST", cred, 405, "MethodNotAllowedException"},
		{"GET logout", "GET", "/logout", 405, "MethodNotAllowedException"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			resp, out := x.do(tt.method, tt.path, nil, "x-amz-sso_bearer_token", x.access)
			if resp.StatusCode != tt.status || resp.Header.Get("x-amzn-ErrorType") != tt.exception ||
				out["__type"] != "com.amazonaws.switchboard.portal#"+tt.exception || out["message"] == nil {
				t.Errorf("%d %v, want %d %s", resp.StatusCode, out, tt.status, tt.exception)
			}
		})
	}
	for _, token := range []string{"", "x", x.refresh, x.access + "x", x.access[:40]} {
		resp, out := x.do("GET", "/assignment/accounts", nil, "x-amz-sso_bearer_token", token)
		if resp.StatusCode != http.StatusUnauthorized || out["message"] != "Session token not found or invalid" {
			t.Errorf("token %.10q: status %d, body %v, want 401", token, resp.StatusCode, out)
		}
	}
}

func TestListingPages(t *testing.T) {
	c := emulator.Config{Users: []emulator.User{{Name: "jane"}}}
	for i := range 250 {
		c.Accounts = append(c.Accounts, emulator.Account{ID: fmt.Sprintf("%012d", 5000-i), Name: fmt.Sprint("a", i)})
	}
	for i := range 12 {
		c.PermissionSets = append(c.PermissionSets, emulator.PermissionSet{Name: fmt.Sprintf("Set%02d", i)})
	}
	c.Assignments = []emulator.Assignment{{User: "jane", Accounts: []string{"*"}, PermissionSets: []string{"*"}}}
	x := newTester(t, c)
	x.login("jane")
	for _, tt := range []struct {
		path, list, key string
		size, want      int
	}{
		{"/assignment/accounts?", "accountList", "accountId", 0, 250},
		{"/assignment/accounts?max_result=7", "accountList", "accountId", 7, 250},
		{"/assignment/accounts?max_result=50", "accountList", "accountId", 50, 250},
		{"/assignment/roles?account_id=000000005000&max_result=5", "roleList", "roleName", 5, 12},
		{"/assignment/roles?account_id=000000005000&max_result=12", "roleList", "roleName", 12, 12},
	} {
		seen := map[any]bool{}
		for next, pages := "", 0; ; pages++ {
			_, out := x.portal(tt.path + next)
			for _, entry := range out[tt.list].([]any) {
				seen[entry.(map[string]any)[tt.key]] = true
			}
			token, more := out["nextToken"].(string)
			if !more {
				break
			}
			if pages > tt.want {
				t.Fatalf("%s has more pages than entries", tt.path)
			}
			next = "&next_token=" + token
		}
		if len(seen) != tt.want {
			t.Errorf("%s: %d entries, want %d", tt.path, len(seen), tt.want)
		}
	}
}
