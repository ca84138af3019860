package profilesync

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

func TestRulesErrors(t *testing.T) {
	tests := []struct{ rules, want string }{
		{"exlude: []", "config.yaml: line 1: exlude: unknown key"},
		{"exclude: [{rol: x}]", "config.yaml: line 1: rol: unknown key"},
		{"exclude: [{}]", "config.yaml: line 1: exclude: an item needs at least one of: account, id, email, role, session"},
		{"exclude: {role: x}", "config.yaml: line 1: exclude: must be a list"},
		{"name: '{{.Acount}}'", "config.yaml: line 1: name: template {{.Acount}}: no field .Acount; the fields are .AccountName, .AccountID, .Email, .Role and .Session"},
		{"name: '{{slugg .Role}}'", "config.yaml: line 1: name: template {{slugg .Role}}: no function slugg; the functions are slug, lower, replace and short"},
		{"name: '{{.Role'", "config.yaml: line 1: name: template {{.Role: unclosed action"},
		{"name: '{{short 0 .Role}}'", "short 0: the length must be at least 1"},
		{"name: ''", "config.yaml: line 1: name: must be a text"},
		{"process: 1", "config.yaml: line 1: process: must be true or false"},
		{"rename: [{role: x}]", "config.yaml: line 1: rename: an item needs the key name"},
		{"rename:\n  - role: x\n    name: '{{.X}}'", "config.yaml: line 3: name: template {{.X}}: no field .X"},
		{"settings:\n  - set:\n      role_arn: x", "config.yaml: line 3: role_arn: a rule cannot set this key"},
		{"settings: [{set: {aws_access_key_id: x}}]", "aws_access_key_id: a rule cannot set this key"},
		{"settings: [{set: {Credential_Process: x}}]", "Credential_Process: a rule cannot set this key"},
		{"settings: [{set: {lanyard_sync: x}}]", "lanyard_sync: a rule cannot set this key"},
		{"settings: [{set: {region: x}}]", "region: write it beside set, not in set"},
		{"settings: [{set: {'a b': x}}]", "a b: not a key"},
		{"settings: [{output: \"a\\nb\"}]", "output: must be one line"},
		{"settings: [{output: [a]}]", "output: must be a text"},
		{"name: a\nname: b", "config.yaml: line 2: name: duplicate key"},
		{"team: http://x/y", "config.yaml: line 1: team: an http URL is not allowed"},
		{"team: https://x/y", "config.yaml: line 1: team: an https URL needs team_sha256"},
		{"team: x\nteam_sha256: abc", "config.yaml: line 2: team_sha256: must have 64 hexadecimal digits"},
		{"team_sha256: " + strings.Repeat("a", 64), "team_sha256: there is no team"},
		{"settings: [{set: x}]", "config.yaml: line 1: set: must have keys and values"},
		{"- a", "must have keys: name, process"},
	}
	for _, tt := range tests {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(tt.rules), &doc); err != nil {
			t.Fatal(err)
		}
		_, _, err := ParseRules("config.yaml", doc.Content[0])
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.rules, err, tt.want)
		}
	}
}

func TestRulesOfATeam(t *testing.T) {
	role := listing(entry("111122223333", "Acme", "Admin"), entry("222233334444", "Other", "Admin"), entry("333344445555", "Acme x", "Admin"))
	own := rules(t, "exclude: [{account: '*x'}]\nsettings: [{region: eu-north-1}]")
	if err := own.AddTeam("team.yaml", []byte("name: t-{{.AccountID}}\ninclude: [{account: acme*}]\nsettings: [{region: x, output: json}]")); err != nil {
		t.Fatal(err)
	}
	config, report := runSync(t, oneSession, own, role)
	want := "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\nregion = eu-north-1\noutput = json\n"
	if got := settingsOf(config, "t-111122223333"); got != want || len(report.Added) != 1 || report.Excluded != 2 {
		t.Errorf("%+v\n%s", report, got)
	}
	if err := own.AddTeam("team.yaml", []byte("team: x")); err == nil || !strings.Contains(err.Error(), "team.yaml: line 1: team: unknown key") {
		t.Errorf("a team's file that names a team: %v", err)
	}
}

func TestEmptyRules(t *testing.T) {
	for _, text := range []string{"~", "{}", "include:", "include: []"} {
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
			t.Fatal(err)
		}
		r, _, err := ParseRules("config.yaml", doc.Content[0])
		if text == "include:" {
			if err == nil {
				t.Errorf("%s is accepted, but could mean that no role is included", text)
			}
			continue
		}
		if _, report, syncErr := Sync(Input{Rules: r, Listings: []Listing{listing(entry("1", "a", "R"))}}); err != nil || syncErr != nil || len(report.Added) != 1 {
			t.Errorf("%s: %v, %v, %+v", text, err, syncErr, report)
		}
	}
	if err := newRules().AddTeam("team.yaml", []byte("# nothing\n")); err != nil {
		t.Errorf("an empty file of a team: %v", err)
	}
}

func TestMatchGlob(t *testing.T) {
	tests := []struct {
		glob, text string
		want       bool
	}{
		{"", "", true},
		{"*", "", true},
		{"a*", "abc", true},
		{"*c", "abc", true},
		{"a*b*c", "a/b/x/b/c", true},
		{"a?c", "abc", true},
		{"a?c", "aéc", true},
		{"?", "é", true},
		{"??", "é", false},
		{"*?é", "日本é", true},
		{"a", "ab", false},
		{"ab", "a", false},
		{"a*b", "ac", false},
		{"[a]", "a", false},
		{"*a*a*a*a*a*a*b", strings.Repeat("a", 5000), false},
	}
	for _, tt := range tests {
		if got := MatchGlob(tt.glob, tt.text); got != tt.want {
			t.Errorf("MatchGlob(%q, %.20q) = %v", tt.glob, tt.text, got)
		}
	}
}

func TestMarkerIsReadBack(t *testing.T) {
	m := marker{
		id:   identity{portal: "01234567", session: "a b#;%/é", account: "000000000012", role: "Admin=+,.@-x y"},
		name: "89abcdef", hashes: hashes{{"region", "00000000"}, {"sso_session", shortHash("a b#;%/é")}, {"sso_account_id", shortHash("000000000012")}, {"sso_role_name", shortHash("Admin=+,.@-x y")}},
	}
	text := m.text(nil)
	back, err := parseMarker(text)
	if err != nil || back.text(nil) != text || back.id != m.id || strings.ContainsAny(text, "#;/é") {
		t.Errorf("%q was read as %+v, %v", text, back, err)
	}
	for _, bad := range []string{"", "1", "2" + text[1:], text + " x", text + " :00000000", text + "  ", strings.Replace(text, "%20", "%2", 1), strings.Replace(text, "%20", "%zz", 1)} {
		if _, err := parseMarker(bad); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestOrigins(t *testing.T) {
	config, _ := runSync(t, oneSession+"[profile w]\nsso_session = corp\nsso_account_id = 1\nsso_role_name = R\nregion = x\n[default]\nregion = y\n", nil, listing(entry("111122223333", "Acme", "Admin")))
	config = strings.Replace(config, "[profile acme-admin]", "[profile acme-admin]\n# mine", 1)
	list, err := Origins("config", []byte(config))
	if err != nil || len(list) != 3 || list[0].Source != BySSO || list[1].Source != ByHand || list[2].Source != BySync || !list[2].Edited || list[2].Line != 11 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestRulesThatMatchNoRole(t *testing.T) {
	l := listing(entry("111122223333", "Acme", "Admin"), entry("222233334444", "Other", "Audit"))
	r := rules(t, "include:\n  - account: acme\n  - account: acne\n  - id: 222233334444\nexclude:\n  - role: audit\n  - role: a*\n    account: x\n")
	if err := r.AddTeam("team.yaml", []byte("exclude: [{role: zzz}]")); err != nil {
		t.Fatal(err)
	}
	unmatched := func() string {
		_, report := runSync(t, oneSession, r, l)
		_, pruned, err := Prune(Input{Content: []byte(oneSession), Rules: r, Listings: []Listing{l}})
		got := strings.Join(report.Unmatched, "; ")
		if err != nil || got != strings.Join(pruned.Unmatched, "; ") {
			t.Errorf("prune: %v, %q", err, pruned.Unmatched)
		}
		return got
	}
	if got := unmatched(); got != "config.yaml: line 3: include; config.yaml: line 7: exclude" {
		t.Errorf("unmatched rules: %q", got)
	}
	l.Complete = false
	if got := unmatched(); got != "" {
		t.Errorf("with an incomplete listing: %q", got)
	}
}
