package emulator_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestReloadKeepsSessions(t *testing.T) {
	x := newTester(t, emulator.Config{AdminToken: adminToken})
	x.login("alice")
	alice := *x
	x.login("jane")
	c := emulator.BuiltIn()
	c.Users = c.Users[:1] // jane
	c.Groups, c.Assignments = nil, []emulator.Assignment{{User: "jane", Accounts: []string{"888899990000"}, PermissionSets: []string{"Billing"}}}
	c.TokenLifetime = 20 * time.Minute
	if err := x.srv.Reload(c); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(x.roles("888899990000")); got != "[Billing]" {
		t.Errorf("roles after the reload: %s", got)
	}
	if alice.valid() {
		t.Error("a removed user is still signed in")
	}
	out := x.must(200, "/token", x.token("refresh_token", "refreshToken", x.refresh))
	if out["expiresIn"] != 1200.0 {
		t.Errorf("the lifetime after the reload is %v", out["expiresIn"])
	}
	c.Assignments[0].User = "unknown"
	var field *emulator.FieldError
	if err := x.srv.Reload(c); !errors.As(err, &field) || field.Field != "assignments[0].user" {
		t.Errorf("Reload of a bad organization: %v", err)
	}
	if status, _ := x.adminDo("GET", "state", ""); status != 200 {
		t.Errorf("the admin API is off after the reload: status %d", status)
	}
	if !x.valid() {
		t.Error("the bad organization replaced the good one")
	}
}

func TestGenerate(t *testing.T) {
	start := time.Now()
	c, err := emulator.Generate(10_000, 10)
	if err != nil {
		t.Fatal(err)
	}
	x := newTester(t, c)
	t.Logf("10,000 accounts with 10 roles each serve after %v", time.Since(start))
	x.login("jane")
	n := 0
	for next := ""; ; {
		_, out := x.portal("/assignment/accounts?max_result=100" + next)
		n += len(out["accountList"].([]any))
		token, more := out["nextToken"].(string)
		if !more {
			break
		}
		next = "&next_token=" + token
	}
	if n != 10_000 || len(x.roles("111122223333")) != 10 {
		t.Errorf("%d accounts, roles %v", n, x.roles("111122223333"))
	}
	for _, bad := range [][2]int{{0, 1}, {1, 0}, {100_001, 1}, {1, 3_501}} {
		if _, err := emulator.Generate(bad[0], bad[1]); err == nil {
			t.Errorf("Generate%v returns no error", bad)
		}
	}
}
