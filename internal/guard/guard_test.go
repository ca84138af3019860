package guard_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/settings"
)

func parse(t *testing.T, text string) guard.Rules {
	t.Helper()
	if text == "" {
		return guard.Rules{}
	}
	r, err := guard.ParseTeam("rules.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// monday is Monday, 12:00 UTC.
var monday = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func TestDecide(t *testing.T) {
	prod := guard.Request{Profile: "prod", Account: "111122223333", AccountName: "payments-prod", Role: "AdministratorAccess", Command: "exec", Terminal: true, Now: monday}
	with := func(change func(*guard.Request)) guard.Request {
		q := prod
		change(&q)
		return q
	}
	for _, c := range []struct {
		name    string
		rule    string
		request guard.Request
		want    guard.Action
	}{
		{"no rules", "", prod, guard.Allow},
		{"the profile", "profile: prod, action: deny", prod, guard.Deny},
		{"the case of letters", "profile: PROD, action: deny", prod, guard.Deny},
		{"another profile", "profile: dev, action: deny", prod, guard.Allow},
		{"a profile with the same role", "profile: admin-*, action: deny", with(func(q *guard.Request) { q.Aliases = []string{"admin-x"} }), guard.Deny},
		{"allow needs the name itself", "profile: admin-*, action: allow}\n- {action: deny", with(func(q *guard.Request) { q.Aliases = []string{"admin-x"} }), guard.Deny},
		{"allow for flags and one profile", "profile: dev, action: allow}\n- {action: deny", with(func(q *guard.Request) { q.Profile, q.Aliases = "", []string{"dev"} }), guard.Allow},
		{"allow for flags and another profile", "profile: dev, action: allow}\n- {action: deny", with(func(q *guard.Request) { q.Profile, q.Aliases = "", []string{"dev", "prod"} }), guard.Deny},
		{"allow for flags without a profile", "profile: dev, action: allow}\n- {action: deny", with(func(q *guard.Request) { q.Profile = "" }), guard.Deny},
		{"the account", "account: 1111*, action: confirm", prod, guard.Confirm},
		{"the account with dashes", "account: 1111-2222-*, action: confirm", prod, guard.Confirm},
		{"an account that is not known", "account: 1111*, action: deny", with(func(q *guard.Request) { q.Account = "" }), guard.Allow},
		{"the name of the account", "account_name: '*prod', action: type-name", prod, guard.TypeName},
		{"deny with an account without a name", "account_name: '*prod', action: deny", with(func(q *guard.Request) { q.AccountName = "" }), guard.Deny},
		{"allow with an account without a name", "account_name: '*', action: allow}\n- {action: deny", with(func(q *guard.Request) { q.AccountName = "" }), guard.Deny},
		{"one of several roles", "role: [Billing, Admin*], action: deny", prod, guard.Deny},
		{"a role with a path", "role: Deploy, action: deny", with(func(q *guard.Request) { q.Role = "ci/Deploy" }), guard.Deny},
		{"the path of a role", "role: ci/*, action: deny", with(func(q *guard.Request) { q.Role = "ci/Deploy" }), guard.Deny},
		{"the command", "command: 'ex?c', action: deny", prod, guard.Deny},
		{"another command", "command: ec2 *, action: deny", prod, guard.Allow},
		{"the first words of the command", "command: ec2, action: deny", with(func(q *guard.Request) { q.Command = "ec2 run-instances" }), guard.Deny},
		{"a part of a word", "command: ec, action: deny", with(func(q *guard.Request) { q.Command = "ec2 run-instances" }), guard.Allow},
		{"an AI agent", "when: {agent: true}, action: deny", with(func(q *guard.Request) { q.Agent = "codex" }), guard.Deny},
		{"no AI agent", "when: {agent: true}, action: deny", prod, guard.Allow},
		{"not for an AI agent", "when: {agent: false}, action: allow}\n- {action: deny", with(func(q *guard.Request) { q.Agent = "codex" }), guard.Deny},
		{"no terminal", "when: {terminal: false}, action: deny", with(func(q *guard.Request) { q.Terminal = false }), guard.Deny},
		{"CI", "when: {ci: true}, action: deny", with(func(q *guard.Request) { q.CI = "jenkins" }), guard.Deny},
		{"within the hours", "when: {hours: 12:00-13:00, zone: UTC}, action: deny", prod, guard.Deny},
		{"at the end of the hours", "when: {hours: 11:00-12:00, zone: UTC}, action: deny", prod, guard.Allow},
		{"past midnight", "when: {hours: 20:00-12:01, zone: UTC}, action: deny", prod, guard.Deny},
		{"in another zone", "when: {hours: 13:00-14:00, zone: Europe/Berlin}, action: deny", prod, guard.Deny},
		{"a day", "when: {days: [sat, sun-tue], zone: UTC}, action: deny", prod, guard.Deny},
		{"another day", "when: {days: fri-sun, zone: UTC}, action: deny", prod, guard.Allow},
		{"all conditions", "when: {agent: true, terminal: true}, action: deny", prod, guard.Allow},
		{"the first rule", "role: Admin*, action: allow}\n- {action: deny", prod, guard.Allow},
		{"downgrade", "downgrade: ReadOnlyAccess", prod, guard.Downgrade},
		{"the permission set of the downgrade", "downgrade: [ReadOnlyAccess]", with(func(q *guard.Request) { q.Role = "ReadOnlyAccess" }), guard.Allow},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := ""
			if c.rule != "" {
				text = "guard:\n- {" + c.rule + "}\n"
			}
			rules := parse(t, text)
			if got := rules.Decide(c.request); got.Action != c.want {
				t.Errorf("%s: %s, want %s\n%+v", c.rule, got.Action, c.want, rules.Explain(c.request))
			}
		})
	}
}

// A role is guarded if some command, caller or time of day can be refused.
func TestGuards(t *testing.T) {
	admin := guard.Request{Profile: "dev", Aliases: []string{"prod"}, Account: "111122223333", Role: "AdministratorAccess", Now: monday}
	for rules, want := range map[string]bool{
		"":                                                        false,
		"{role: ReadOnly*, action: deny}":                         false,
		"{role: Admin*, action: deny}":                            true,
		"{command: exec, action: deny}":                           true,
		"{when: {agent: true}, action: deny}":                     true,
		"{profile: prod, action: confirm}":                        true,
		"{profile: other, action: confirm}":                       false,
		"{account_name: x, action: deny}":                         true, // the name is not known
		"{downgrade: AdministratorAccess}":                        false,
		"{downgrade: ReadOnlyAccess}":                             true,
		"{role: Admin*, action: allow}\n- {action: deny}":         false,
		"{profile: dev, action: allow}\n- {action: deny}":         true, // the other profile
		"{command: exec, action: allow}\n- {action: deny}":        true,
		"{when: {agent: false}, action: allow}\n- {action: deny}": true,
		"{role: Admin*, command: exec, action: allow}\n- {role: Read*, action: deny}": false,
	} {
		text := ""
		if rules != "" {
			text = "guard:\n- " + rules
		}
		if got := parse(t, text).Guards(admin); got != want {
			t.Errorf("%s: Guards is %v, want %v", rules, got, want)
		}
	}
}

func TestInstead(t *testing.T) {
	rules := parse(t, `guard:
- {role: ViewOnlyAccess, when: {agent: true}, action: deny}
- {account: '1*', downgrade: [ViewOnlyAccess, SecurityAudit, ReadOnlyAccess]}
`)
	q := guard.Request{Account: "1", Role: "AdministratorAccess", Agent: "codex", Now: monday}
	d := rules.Decide(q)
	for _, c := range []struct {
		has  string
		want string
	}{
		{"ViewOnlyAccess ReadOnlyAccess", "ReadOnlyAccess"}, // a rule denies the first one
		{"ReadOnlyAccess SecurityAudit", "SecurityAudit"},
		{"ViewOnlyAccess", ""},
		{"", ""},
	} {
		got := rules.Instead(d.Rule, func(role string) (guard.Request, bool) {
			other := q
			other.Role = role
			return other, strings.Contains(c.has, role)
		})
		if got != c.want {
			t.Errorf("with %q: %q, want %q", c.has, got, c.want)
		}
	}
}

func TestExplain(t *testing.T) {
	rules := parse(t, "guard:\n- {profile: dev, action: allow}\n- {when: {agent: true}, action: deny}\n- {role: Admin*, action: confirm}\n- {action: deny}\n")
	var got []string
	for _, s := range rules.Explain(guard.Request{Profile: "prod", Role: "Admin", Now: monday}) {
		got = append(got, strings.TrimSpace(s.Rule.String()+" "+s.Why))
	}
	want := "rules.yaml, line 2 the profile is \"prod\"|rules.yaml, line 3 the caller is no AI agent|rules.yaml, line 4"
	if strings.Join(got, "|") != want {
		t.Errorf("explained as %q, want %q", got, want)
	}
}

func TestTeamRulesComeFirst(t *testing.T) {
	team, own := parse(t, "guard:\n- {role: Admin*, action: deny}\n"), parse(t, "guard:\n- {action: allow}\n")
	q := guard.Request{Role: "Admin", Now: monday}
	if d := team.Before(own).Decide(q); d.Action != guard.Deny || !d.Rule.Team {
		t.Errorf("decided by %v: %s", d.Rule, d.Action)
	}
}

func TestInvalidRules(t *testing.T) {
	for text, want := range map[string]string{
		"guard: deny":                                                 "line 1: guard must be a list of rules",
		"guard:\n- deny":                                              "line 2: a rule of guard must have keys and values",
		"guard:\n- {profil: x, action: deny}":                         `line 2: unknown key "profil"`,
		"guard:\n- {profile: x}":                                      "line 2: the rule has no action",
		"guard:\n- action: denied":                                    `line 2: action "denied" is not known`,
		"guard:\n- {action: deny, action: allow}":                     `line 2: the key "action" is repeated`,
		"guard:\n- {account: sandbox, action: deny}":                  "is not an account id of 12 digits",
		"guard:\n- {account: 1111222233334, action: deny}":            "line 2: account",
		"guard:\n- {profile: [], action: allow}":                      "line 2: the list of profile is empty",
		"guard:\n- {profile: '', action: allow}":                      "line 2: profile must be a text",
		"guard:\n- {profile: ~, action: allow}":                       "line 2: profile must be a text",
		"guard:\n- {profile: {a: b}, action: allow}":                  "line 2: profile must be a text",
		"guard:\n- {action: downgrade}":                               "line 2: the action downgrade needs the key downgrade",
		"guard:\n- {action: deny, downgrade: x}":                      "line 2: the key downgrade cannot be used with the action deny",
		"guard:\n- {downgrade: Read*}":                                `line 2: downgrade "Read*": a permission set has no *`,
		"guard:\n- {when: {}, action: deny}":                          "line 2: when has no conditions",
		"guard:\n- {when: {agent: codex}, action: deny}":              "line 2: agent must be true or false",
		"guard:\n- {when: {hours: 8-18}, action: deny}":               "line 2: hours:",
		"guard:\n- {when: {hours: '25:00-26:00'}, action: deny}":      "line 2: hours:",
		"guard:\n- {when: {hours: '08:00-08:00'}, action: deny}":      "line 2: hours:",
		"guard:\n- {when: {days: monday}, action: deny}":              "line 2: days:",
		"guard:\n- {when: {zone: UTC}, action: deny}":                 "line 2: zone needs hours or days",
		"guard:\n- {when: {days: mon, zone: Moon/Sea}, action: deny}": "line 2: zone:",
		"guard:\n- {account: 1111-2222, action: deny}":                `line 2: account "1111-2222" is not an account id of 12 digits`,
		"guard:\n- {account: ' 111122223333', action: deny}":          "is not an account id",
		"guard:\n- {account: payments*, action: deny}":                "is not an account id",
		"gaurd:\n- {action: deny}":                                    `line 1: unknown key "gaurd"`,
		"":                                                            "the file is empty",
		"# guard":                                                     "the file is empty",
		"~":                                                           "the file is empty",
		"guard: [":                                                    "not valid YAML",
		"guard:\n- {role: *Admin, action: deny}":                      "put quotes around a text that begins with *",
		"guard:\n- role: *\n  action: deny":                           "put quotes around a text that begins with *",
		"a: b\n---\nguard: []":                                        "line 2: the file has more than one YAML document",
		"- guard":                                                     "line 1: the file must have keys and values",
		"guard: []\nguard: []":                                        "is repeated",
	} {
		_, err := guard.ParseTeam("rules.yaml", []byte(text))
		var invalid *settings.Error
		if !errors.As(err, &invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func FuzzParseTeam(f *testing.F) {
	f.Add("guard:\n- {profile: 'a*', when: {hours: 08:00-18:00, days: mon-fri}, action: deny}\n", "a")
	f.Add("guard: [{downgrade: [x]}]", "***")
	f.Fuzz(func(_ *testing.T, text, profile string) {
		rules, err := guard.ParseTeam("x", []byte(text))
		if err == nil {
			rules.Explain(guard.Request{Profile: profile, Now: monday})
		}
	})
}
