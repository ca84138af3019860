package workspace

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/guard"
)

// home returns an App with a home folder that has a config and rules.
func home(t *testing.T, rules string) *command.App {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		".aws/config":                  "[profile prod]\nsso_start_url = https://x.awsapps.com/start\nsso_region = us-east-1\nsso_account_id = 111122223333\nsso_role_name = Admin\n",
		"settings/lanyard/config.yaml": rules,
	} {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	settings := filepath.Join(dir, "settings")
	app := &command.App{
		Name: "lanyard", Now: time.Now, IO: command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard},
		Env: command.EnvOf([]string{"HOME=" + dir, "USERPROFILE=" + dir, "XDG_CONFIG_HOME=" + settings, "AppData=" + settings}),
	}
	app.Begin()
	return app
}

// The agent hands out a guarded role only to a process that has applied the rules, and keeps it out
// of the files.
func TestRuleInAgent(t *testing.T) {
	admin := broker.Role{Profile: "prod", AccountID: "111122223333", RoleName: "Admin"}
	for _, c := range []struct {
		name, rules string
		role        string
		ruled       bool
		guarded     bool
		refused     bool
	}{
		{"no rules", "inventory: {}\n", "Admin", false, false, false},
		{"the rules were applied", "guard:\n- {role: Admin, action: deny}\n", "Admin", true, true, false},
		{"the rules were not applied", "guard:\n- {role: Admin, action: deny}\n", "Admin", false, true, true},
		{"a rule about the profile", "guard:\n- {profile: prod, action: confirm}\n", "Admin", false, true, true},
		{"another role", "guard:\n- {role: Admin, action: deny}\n", "Reader", false, false, false},
		{"invalid rules", "guard:\n- {role: Admin}\n", "Reader", true, false, true},
	} {
		role := admin
		role.RoleName = c.role
		got, err := RuleInAgent(home(t, c.rules))(t.Context(), broker.Subject{Role: role, Ruled: c.ruled})
		if got.Guarded != c.guarded || (err != nil) != c.refused {
			t.Errorf("%s: guarded %v, error %v; want guarded %v, refused %v", c.name, got.Guarded, err, c.guarded, c.refused)
		}
	}
}

// In a chain, the strictest decision about a role counts.
func TestVerdictOfAChain(t *testing.T) {
	app := home(t, `guard:
- {role: Source, action: confirm}
- {role: Deploy, when: {days: [sun, mon-sat]}, action: type-name}
- {role: Forbidden, action: deny}
- {role: Reader, downgrade: [ViewOnlyAccess]}
`)
	w := Files(app)
	p, err := w.ResolveForLogin()
	if err != nil {
		t.Fatal(err)
	}
	role := func(name string) broker.Role { return broker.Role{AccountID: "111122223333", RoleName: name} }
	for _, tt := range []struct {
		through, target string
		want            guard.Action
		refused         bool
	}{
		{"Other", "Other", guard.Allow, false},
		{"Source", "Other", guard.Confirm, false},
		{"Source", "Deploy", guard.TypeName, false},
		{"Deploy", "Source", guard.TypeName, false},
		{"Forbidden", "Deploy", guard.Deny, true},
		{"Source", "Forbidden", guard.Deny, true},
		{"Reader", "Deploy", guard.Downgrade, true},
		{"Other", "Reader", guard.Downgrade, true},
	} {
		s := broker.Subject{Role: role(tt.target), Through: []broker.Role{role(tt.through)}, Command: "exec"}
		s.ARN = "arn:aws:iam::111122223333:role/" + tt.target
		c, ok, err := w.GuardFor(p).Case(t.Context(), s)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		v, err := c.Verdict()
		if err != nil || v.Action != tt.want {
			t.Errorf("%s through %s: %s, %v; want %s", tt.target, tt.through, v.Action, err, tt.want)
		}
		w.NeverAsks = true
		_, err = w.GuardFor(p).rule(t.Context(), s)
		var refusal *guard.Refusal
		if wantErr := tt.refused || tt.want.Asks(); errors.As(err, &refusal) != wantErr {
			t.Errorf("%s through %s: error %v, want a refusal: %v", tt.target, tt.through, err, wantErr)
		}
	}
}
