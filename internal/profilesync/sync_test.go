package profilesync

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/google/go-cmp/cmp"
)

// listing returns a complete listing of the session corp.
func listing(entries ...Entry) Listing {
	return Listing{
		Session: "corp", StartURL: "https://corp.awsapps.com/start", Region: "eu-west-1", Origin: "aws",
		Complete: true, Entries: entries,
	}
}

func entry(id, name, role string) Entry { return Entry{AccountID: id, AccountName: name, Role: role} }

// rules parses rules.
func rules(t *testing.T, text string) *Rules {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
		t.Fatal(err)
	}
	r, _, err := ParseRules("config.yaml", doc.Content[0])
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// runSync syncs content with the listing, and checks that a second sync changes no byte.
func runSync(t *testing.T, content string, r *Rules, l ...Listing) (string, Report) {
	t.Helper()
	in := Input{Path: "config", Content: []byte(content), Listings: l, Rules: r}
	once, report, err := Sync(in)
	if err != nil {
		t.Fatal(err)
	}
	in.Content = once
	twice, _, err := Sync(in)
	if err != nil || string(twice) != string(once) {
		t.Errorf("a second sync changed the config (%v):\n%s", err, cmp.Diff(string(once), string(twice)))
	}
	return string(once), report
}

// names returns the names of the new profiles in the order of the file.
func names(report Report) (list []string) {
	for _, item := range report.Added {
		list = append(list, item.Name)
	}
	return list
}

// settingsOf returns the lines of a profile without its marker.
func settingsOf(config, name string) string {
	_, rest, ok := strings.Cut("\n"+config, "\n[profile "+name+"]\n")
	if !ok {
		return "no profile " + name
	}
	if i := strings.Index(rest, "\n["); i >= 0 {
		rest = rest[:i+1]
	}
	var kept []string
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, MarkerKey+" = ") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "")
}

func TestNames(t *testing.T) {
	tests := []struct {
		about, template string
		entries         []Entry
		want            []string
	}{
		{"plain", "", []Entry{entry("111122223333", "Acme Production", "AdministratorAccess")}, []string{"acme-production-administratoraccess"}},
		{"slash and colon", "", []Entry{entry("111122223333", "a/b:c", "R")}, []string{"a-b-c-r"}},
		{"accents", "", []Entry{entry("111122223333", "Développement Zürich", "R")}, []string{"developpement-zurich-r"}},
		{"Chinese, Japanese and Korean", "", []Entry{
			entry("111122223333", "生产环境", "R"), entry("222233334444", "本番", "R"), entry("333344445555", "개발", "R"),
		}, []string{"111122223333-r", "222233334444-r", "333344445555-r"}},
		{"partly Chinese", "", []Entry{entry("111122223333", "生产 prod", "R")}, []string{"prod-r"}},
		{"emoji with a variation selector", "", []Entry{entry("111122223333", "❤️ 👩‍💻", "R")}, []string{"111122223333-r"}},
		{"right to left", "", []Entry{entry("111122223333", "חשבון", "R"), entry("222233334444", "إنتاج\u202e", "R")}, []string{"111122223333-r", "222233334444-r"}},
		{"leading dash", "", []Entry{entry("111122223333", "--prod", "R")}, []string{"prod-r"}},
		{"leading dash without slug", "{{.AccountName}}", []Entry{entry("111122223333", "--prod", "R")}, []string{"prod"}},
		{"blanks only", "", []Entry{entry("111122223333", " \t ", "R")}, []string{"111122223333-r"}},
		{"blanks only without slug", "{{.AccountName}}.{{.Role}}", []Entry{entry("111122223333", "  ", "R")}, []string{"111122223333.R"}},
		{"no name", "", []Entry{entry("111122223333", "", "R")}, []string{"111122223333-r"}},
		{"the same name twice", "", []Entry{entry("222233334444", "Sandbox", "R"), entry("111122223333", "Sandbox", "R")}, []string{"sandbox-r-111122223333", "sandbox-r-222233334444"}},
		{"roles that differ in case", "", []Entry{entry("111122223333", "a", "Admin"), entry("111122223333", "a", "admin")}, []string{"a-admin-111122223333-492136c0", "a-admin-111122223333-ba3587f2"}},
		{"leading zeros", "{{.AccountID}}", []Entry{entry("000000000012", "a", "R")}, []string{"000000000012"}},
		{"50 characters", "", []Entry{entry("111122223333", strings.Repeat("x", 50), "R")}, []string{strings.Repeat("x", 50) + "-r"}},
		{"short", "{{.AccountName | slug | short 8}}", []Entry{entry("111122223333", "Platform Team", "R")}, []string{"platform"}},
		{"replace and lower", `{{.AccountName | replace " " "." | lower}}`, []Entry{entry("111122223333", "Platform Team", "R")}, []string{"platform.team"}},
		{
			"the example of the documentation", `{{.AccountName | replace "Acme " "" | slug | short 20}}-{{slug .Role}}`,
			[]Entry{entry("111122223333", "Acme Production of the platform team", "Admin"), entry("111122223333", "Acme Production of the platform team", "Audit")},
			[]string{"production-of-the-pl-admin", "production-of-the-pl-audit"},
		},
		{"email and session", "{{.Session}}/{{.Email}}", []Entry{{AccountID: "111122223333", Email: "a@b.c", Role: "R"}}, []string{"corp/a@b.c"}},
		{"brackets and control characters", "{{.AccountName}}", []Entry{entry("111122223333", "a]b\nc\x00", "R")}, []string{"a-b-c-"}},
		{"nothing left", "{{.Email}}", []Entry{entry("111122223333", "a", "Admin")}, []string{"111122223333-admin"}},
		{"the name default", "default", []Entry{entry("111122223333", "a", "R")}, []string{"default-111122223333"}},
		{"a wanted name equals a name with an ID", "", []Entry{
			entry("111122223333", "a", "R"), entry("222233334444", "a", "R"), {AccountID: "444455556666", AccountName: "a-r", Role: "111122223333"},
		}, []string{"a-r-111122223333", "a-r-111122223333-0c1d50a6", "a-r-222233334444"}},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			var r *Rules
			if tt.template != "" {
				r = rules(t, "name: '"+tt.template+"'")
			}
			_, report := runSync(t, oneSession, r, listing(tt.entries...))
			if d := cmp.Diff(tt.want, names(report)); d != "" {
				t.Error(d)
			}
			slices.Reverse(tt.entries)
			if _, again := runSync(t, oneSession, r, listing(tt.entries...)); !slices.Equal(names(report), names(again)) {
				t.Errorf("in the other order, the names are %q", names(again))
			}
		})
	}
}

func TestProfileOfARole(t *testing.T) {
	config, _ := runSync(t, oneSession, nil, listing(entry("000000000012", "Acme", "Admin")))
	want := oneSession + `[profile acme-admin]
sso_session = corp
sso_account_id = 000000000012
sso_role_name = Admin
sso_account_name = Acme
region = eu-west-1
lanyard_sync = 1 corp 000000000012 Admin bf17d6c4 0f0f2b0b sso_account_name:4ae3e1e0 region:4ae3e1e0
`
	if d := cmp.Diff(hideHashes(want), hideHashes(config)); d != "" {
		t.Error(d)
	}
}

// hideHashes replaces each hash with the word HASH.
func hideHashes(s string) string {
	words := strings.Split(s, " ")
	for i, w := range words {
		key, hash, ok := strings.Cut(w, ":")
		hash, end := strings.CutSuffix(hash, "\n")
		switch {
		case isHash(w):
			words[i] = "HASH"
		case ok && isHash(hash):
			words[i] = key + ":HASH"
			if end {
				words[i] += "\n"
			}
		}
	}
	return strings.Join(words, " ")
}

// There is one collision for each wanted name, and it does not depend on the order of the roles.
func TestCollisions(t *testing.T) {
	entries := []Entry{entry("222233334444", "Box", "R"), entry("111122223333", "Box", "R"), entry("333344445555", "Box", "R"), entry("444455556666", "A", "R"), entry("555566667777", "A", "R")}
	got := func() (lines []string) {
		_, report := runSync(t, oneSession+"[profile a-r]\n", nil, listing(entries...))
		for _, c := range report.Collisions {
			line := c.Wanted + ", " + c.Place + ":"
			for _, r := range c.Roles {
				line += " " + r.Name
			}
			lines = append(lines, line)
		}
		return lines
	}
	want := []string{"a-r, the profile on line 4: a-r-444455556666 a-r-555566667777", "box-r, : box-r-111122223333 box-r-222233334444 box-r-333344445555"}
	if d := cmp.Diff(want, got()); d != "" {
		t.Error(d)
	}
	slices.Reverse(entries)
	if d := cmp.Diff(want, got()); d != "" {
		t.Error(d)
	}
}

func TestAnExistingNameStaysWithItsRole(t *testing.T) {
	config, _ := runSync(t, oneSession, nil, listing(entry("222233334444", "Sandbox", "R")))
	config, report := runSync(t, config, nil, listing(entry("111122223333", "Sandbox", "R"), entry("222233334444", "Sandbox", "R")))
	if got := settingsOf(config, "sandbox-r"); !strings.Contains(got, "222233334444") {
		t.Errorf("sandbox-r changed its account:\n%s", got)
	}
	want := []Collision{{"sandbox-r", "the profile on line 4", []Item{{Name: "sandbox-r-111122223333", Session: "corp", Entry: entry("111122223333", "Sandbox", "R")}}}}
	if d := cmp.Diff(want, report.Collisions); d != "" {
		t.Error(d)
	}
	// A renamed account keeps its profile's name. --rename gives the new name, and keeps the edit.
	config = strings.Replace(config, "[profile sandbox-r]\n", "[profile sandbox-r]\n# mine\n", 1)
	renamed := listing(entry("111122223333", "Sandbox", "R"), entry("222233334444", "Playground", "R"))
	config, report = runSync(t, config, nil, renamed)
	if len(report.Added) != 0 || report.OtherNames != 1 {
		t.Errorf("after the account was renamed: %+v", report)
	}
	content, report, err := Sync(Input{Path: "config", Content: []byte(config), Listings: []Listing{renamed}, Rename: true})
	if err != nil || len(report.Renamed) != 1 || !strings.Contains(string(content), "[profile playground-r]\n# mine\n") {
		t.Errorf("--rename: %v, %+v\n%s", err, report, content)
	}
	if config, report = runSync(t, string(content), nil, renamed); report.OtherNames != 0 || report.Unchanged != 2 {
		t.Errorf("after --rename: %+v\n%s", report, config)
	}
}

func TestProfilesOfTheUserStay(t *testing.T) {
	own := oneSession + "[profile acme-admin]\nregion = us-east-1\n"
	config, report := runSync(t, own, nil, listing(entry("111122223333", "Acme", "Admin")))
	if !strings.HasPrefix(config, own) || !slices.Equal(names(report), []string{"acme-admin-111122223333"}) {
		t.Errorf("%+v\n%s", report, config)
	}
	content, report, err := Sync(Input{
		Path: "config", Content: []byte(oneSession), Listings: []Listing{listing(entry("111122223333", "Acme", "Admin"))},
		Taken: map[string]string{"acme-admin": "credentials: line 3"},
	})
	if err != nil || !slices.Equal(names(report), []string{"acme-admin-111122223333"}) || report.Collisions[0].Place != "credentials: line 3" {
		t.Errorf("a profile of the credentials file: %v, %+v\n%s", err, report, content)
	}
}

func TestHandEditsStay(t *testing.T) {
	role := listing(entry("111122223333", "Acme", "Admin"))
	before := rules(t, "settings: [{region: eu-west-1, output: json}]")
	after := "settings: [{region: us-east-1, output: text, set: {cli_pager: less}}]"
	tests := []struct{ about, old, edited, rules, want, kept string }{
		{"no edit", "", "", after, "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\nregion = us-east-1\noutput = text\ncli_pager = less\n", ""},
		{
			"a changed key", "region = eu-west-1", "region = eu-north-1", after,
			"sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\nregion = eu-north-1\noutput = text\ncli_pager = less\n", "region changed by hand",
		},
		{
			"an added key", "region = ", "cli_pager = more\nregion = ", after,
			"sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\ncli_pager = more\nregion = us-east-1\noutput = text\n", "cli_pager added by hand",
		},
		{
			"an unrelated key and a comment", "region = ", "# mine\nretry_mode = standard\nregion = ", after,
			"sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\n# mine\nretry_mode = standard\nregion = us-east-1\noutput = text\ncli_pager = less\n", "",
		},
		{
			"a removed key", "output = json\n", "", after,
			"sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\nregion = us-east-1\ncli_pager = less\n", "output removed by hand",
		},
		{
			"a rule is removed", "", "", "settings: []",
			"sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\nregion = eu-west-1\n", "",
		},
		{
			"a rule is removed for a changed key", "output = json", "output = yaml", "settings: []",
			"sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\nregion = eu-west-1\noutput = yaml\n", "output changed by hand",
		},
		{
			"a changed role", "sso_role_name = Admin", "sso_role_name = Other", after,
			"sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Other\nsso_account_name = Acme\nregion = us-east-1\noutput = text\ncli_pager = less\n", "sso_role_name changed by hand",
		},
		{"to credential_process", "", "", "process: true", "sso_account_name = Acme\nregion = eu-west-1\ncredential_process = lanyard sso get-credentials --sso-session corp --account-id 111122223333 --role-name Admin\n", ""},
		{
			"another command has changed to credential_process", "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n",
			"credential_process = lanyard sso get-credentials --sso-session corp --account-id 111122223333 --role-name Admin\n", "process: true",
			"credential_process = lanyard sso get-credentials --sso-session corp --account-id 111122223333 --role-name Admin\nsso_account_name = Acme\nregion = eu-west-1\n", "",
		},
		{
			"to credential_process with a changed role", "sso_role_name = Admin", "sso_role_name = Other", "process: true",
			"sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Other\nsso_account_name = Acme\nregion = eu-west-1\n", "sso_role_name changed by hand",
		},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			config, _ := runSync(t, oneSession, before, role)
			if tt.old != "" && !strings.Contains(config, tt.old) {
				t.Fatalf("no %q in the config", tt.old)
			}
			_, ours, _ := strings.Cut(config, "[profile")
			config = oneSession + "[profile" + strings.Replace(ours, tt.old, tt.edited, 1)
			config, report := runSync(t, config, rules(t, tt.rules), role)
			if d := cmp.Diff(tt.want, settingsOf(config, "acme-admin")); d != "" {
				t.Error(d)
			}
			var kept []string
			for _, k := range report.Kept {
				kept = append(kept, k.Key+" "+k.Why)
			}
			if strings.Join(kept, "; ") != tt.kept {
				t.Errorf("kept %q, want %q", kept, tt.kept)
			}
		})
	}
}

func TestARenamedSessionKeepsItsProfiles(t *testing.T) {
	config, _ := runSync(t, oneSession, nil, listing(entry("111122223333", "Acme", "Admin")))
	config = strings.Replace(config, "[sso-session corp]", "[sso-session acme]", 1)
	l := listing(entry("111122223333", "Acme", "Admin"))
	l.Session = "acme"
	config, report := runSync(t, config, nil, l)
	if len(report.Added) > 0 || !strings.Contains(settingsOf(config, "acme-admin"), "sso_session = acme\n") {
		t.Errorf("%+v\n%s", report, config)
	}
}

func TestTwoSessionsOfOnePortalHaveOwnProfiles(t *testing.T) {
	a, b := listing(entry("111122223333", "Acme", "Admin")), listing(entry("111122223333", "Acme", "Admin"))
	b.Session = "other"
	two := oneSession + strings.Replace(oneSession, "corp]", "other]", 1)
	_, report := runSync(t, two, nil, a, b)
	_, reversed := runSync(t, two, nil, b, a)
	if d := cmp.Diff(names(report), names(reversed)); d != "" || len(report.Added) != 2 {
		t.Errorf("%q, in the other order: %s", names(report), d)
	}
	if len(report.Collisions) != 1 || !slices.Equal(report.Collisions[0].Sessions(), []string{"corp", "other"}) {
		t.Errorf("the collisions are %+v", report.Collisions)
	}
	// A role of another account with the same name is another cause.
	a.Entries = append(a.Entries, entry("222233334444", "Acme", "Admin"))
	if _, report = runSync(t, two, nil, a, b); len(report.Collisions) != 1 || report.Collisions[0].Sessions() != nil {
		t.Errorf("with another account, the collisions are %+v", report.Collisions)
	}
}

// A second sync of any file changes nothing, and sync and prune keep all other lines.
func FuzzSync(f *testing.F) {
	for _, s := range []string{
		oneSession, "", "\ufeff[default]\nregion=x", "[profile acme-admin]\r\nregion=x\r\n\r\n; end", "[profile a]\nx=1\n  [profile b]\n y: 2\n",
		"[profile 'acme-admin']\n[profile acme-admin]\n", "[DEFAULT]\noutput = json\n[profile acme]\nlanyard_sync = 1 corp 111122223333 Admin bad\n",
		"[profile x]\ns3 =\n  a = 1\n\n  b = 2\n\n\n", "[profile x]\ra=1\r", "[profile acme-admin-111122223333] # c\n",
	} {
		f.Add(s, "Acme", "Admin", uint64(1))
	}
	f.Fuzz(func(t *testing.T, content, name, role string, seed uint64) {
		entries := []Entry{entry("111122223333", name, role), entry("222233334444", "Acme", "Admin"), entry("000000000012", name, "Admin")}
		rnd := rand.New(rand.NewPCG(seed, 1))
		rnd.Shuffle(len(entries), func(i, j int) { entries[i], entries[j] = entries[j], entries[i] })
		in := Input{Path: "config", Content: []byte(content), Listings: []Listing{listing(entries...)}}
		once, _, err := Sync(in)
		if err != nil {
			return // the file or the role is invalid; nothing is written
		}
		in.Content = once
		twice, _, err := Sync(in)
		if err != nil || string(once) != string(twice) {
			t.Fatalf("a second sync changed %q to %q: %v", once, twice, err)
		}
		if !strings.HasPrefix(string(once), content) && !strings.Contains(content, MarkerKey) {
			t.Fatalf("the old content changed: %q became %q", content, once)
		}
		in.Listings[0].Entries = entries[:1]
		pruned, _, err := Prune(in)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(pruned), content) && !strings.Contains(content, MarkerKey) {
			t.Fatalf("prune changed the old content: %q became %q", content, pruned)
		}
	})
}

// A role gets no second profile if the user has a profile of their own for it.
func TestRolesWithAProfileOfTheUser(t *testing.T) {
	const role = "sso_account_id = 111122223333\nsso_role_name = Admin\n"
	both := listing(entry("111122223333", "Acme", "Admin"), entry("222233334444", "Acme", "Admin"))
	tests := []struct {
		about, own string
		serves     bool
	}{
		{"the wanted name", "[profile acme-admin]\nsso_session = corp\n" + role, true},
		{"another name", "[profile prod]\nsso_session = corp\n" + role + "region = x\n", true},
		{"two profiles", "[profile a]\nsso_session = corp\n" + role + "[profile b]\nsso_session = corp\n" + role, true},
		{"a start URL", "[profile prod]\nsso_start_url = https://CORP.awsapps.com/start/#/\nsso_region = eu-west-1\n" + role, true},
		{"another session of the portal", "[sso-session x]\nsso_start_url = https://corp.awsapps.com/start/\n[profile prod]\nsso_session = x\n" + role, true},
		{"a session that comes later", "[profile prod]\nsso_session = x\n" + role + "[sso-session x]\nsso_start_url = https://corp.awsapps.com/start\n", true},
		{"credential_process", "[profile prod]\ncredential_process = lanyard sso get-credentials --sso-session corp --account-id 111122223333 --role-name Admin\n", true},
		{"another portal", "[profile prod]\nsso_start_url = https://other.awsapps.com/start\nsso_region = eu-west-1\n" + role, false},
		{"a missing session", "[profile prod]\nsso_session = x\n" + role, false},
		{"another account", "[profile prod]\nsso_session = corp\nsso_account_id = 999922223333\nsso_role_name = Admin\n", false},
		{"another case of the role", "[profile prod]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = admin\n", false},
		{"no role", "[profile prod]\nsso_session = corp\nsso_account_id = 111122223333\n", false},
		{"a role behind the role", "[profile prod]\nsso_session = corp\n" + role + "role_arn = arn:aws:iam::111122223333:role/x\nsource_profile = y\n", false},
		{"a marker of another version", "[profile prod]\nsso_session = corp\n" + role + "lanyard_sync = 2 x\n", true},
		{"the default profile", "[default]\nsso_session = corp\n" + role, false},
	}
	for _, tt := range tests {
		config, report := runSync(t, oneSession+tt.own, nil, both)
		added, served := 2, 0
		if tt.serves {
			added, served = 1, 1
		}
		if !strings.HasPrefix(config, oneSession+tt.own) || len(report.Added) != added || len(report.Own) != served {
			t.Errorf("%s: %+v\n%s", tt.about, report, config)
		}
		// prune keeps the profile, even if the user has lost the role.
		lost := both
		lost.Entries = both.Entries[1:]
		pruned, _, err := Prune(Input{Content: []byte(config), Listings: []Listing{lost}})
		if err != nil || !strings.HasPrefix(string(pruned), oneSession+tt.own) {
			t.Errorf("%s: prune: %v\n%s", tt.about, err, pruned)
		}
		// Without the profile of the user, the next sync adds a profile.
		if _, report = runSync(t, strings.Replace(config, tt.own, "", 1), nil, both); tt.serves && len(report.Added) != 1 {
			t.Errorf("%s: after the user has removed the profile: %+v", tt.about, report)
		}
	}
}

// A profile of an earlier sync stays and is updated, also if the user adds a profile of their own.
func TestAProfileOfASyncStaysBesideOneOfTheUser(t *testing.T) {
	role := listing(entry("111122223333", "Acme", "Admin"))
	config, _ := runSync(t, oneSession, nil, role)
	config += "[profile mine]\nsso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\n"
	if again, report := runSync(t, config, nil, role); again != config || report.Unchanged != 1 || len(report.Own) != 0 {
		t.Errorf("%+v\n%s", report, again)
	}
	if _, report := runSync(t, config, rules(t, "settings: [{output: json}]"), role); len(report.Changed) != 1 {
		t.Errorf("with a rule: %+v", report)
	}
	pruned, report, err := Prune(Input{Content: []byte(config), Listings: []Listing{role}})
	if err != nil || string(pruned) != config {
		t.Errorf("prune: %v, %+v\n%s", err, report, pruned)
	}
}

// In set, "" writes an empty value and null removes a setting.
func TestEmptyAndRemovedSettings(t *testing.T) {
	role := listing(entry("111122223333", "Acme", "Admin"))
	const identity = "sso_session = corp\nsso_account_id = 111122223333\nsso_role_name = Admin\nsso_account_name = Acme\n"
	tests := []struct{ about, rules, want string }{
		{"empty", "settings: [{set: {cli_pager: ''}}]", identity + "region = eu-west-1\ncli_pager = \n"},
		{"a template with an empty result", "settings: [{set: {cli_pager: '{{.Email}}'}}]", identity + "region = eu-west-1\ncli_pager = \n"},
		{"null", "settings: [{set: {cli_pager: less}}, {set: {cli_pager: null}}]", identity + "region = eu-west-1\n"},
		{"no value", "settings: [{set: {cli_pager: less}}, {set: {cli_pager: }}]", identity + "region = eu-west-1\n"},
		{"null without a setting", "settings: [{set: {cli_pager: ~}}]", identity + "region = eu-west-1\n"},
		{"set again after null", "settings: [{set: {cli_pager: ~}}, {set: {cli_pager: ''}}]", identity + "region = eu-west-1\ncli_pager = \n"},
		{"no region", "settings: [{region: null, output: json}, {output: ''}]", identity},
		{"an empty region", "settings: [{region: ''}]", identity},
		{"no account name", "settings: [{set: {sso_account_name: null}}]", strings.Replace(identity, "sso_account_name = Acme\n", "", 1) + "region = eu-west-1\n"},
	}
	for _, tt := range tests {
		config, _ := runSync(t, oneSession, rules(t, tt.rules), role)
		if d := cmp.Diff(tt.want, settingsOf(config, "acme-admin")); d != "" {
			t.Errorf("%s: %s", tt.about, d)
		}
		// An earlier value is replaced, and a value of the user stays.
		earlier, _ := runSync(t, oneSession, rules(t, "settings: [{output: text, set: {cli_pager: more}}]"), role)
		config, _ = runSync(t, earlier, rules(t, tt.rules), role)
		if d := cmp.Diff(tt.want, settingsOf(config, "acme-admin")); d != "" {
			t.Errorf("%s, after another value: %s", tt.about, d)
		}
		mine := strings.Replace(earlier, "cli_pager = more", "cli_pager = mine", 1)
		if config, _ = runSync(t, mine, rules(t, tt.rules), role); !strings.Contains(config, "cli_pager = mine\n") {
			t.Errorf("%s: the value of the user is gone:\n%s", tt.about, config)
		}
	}
	config, _ := runSync(t, oneSession, rules(t, "settings: [{set: {cli_pager: ''}}]"), role)
	if got, _ := runSync(t, strings.Replace(config, "cli_pager = \n", "cli_pager = mine\n", 1), nil, role); !strings.Contains(got, "cli_pager = mine\n") {
		t.Errorf("a value of the user for an empty value is gone:\n%s", got)
	}
}

// The name of the account follows the account, unless the user has changed the name in the config.
func TestAccountNameInTheProfile(t *testing.T) {
	one := func(name string) Listing { return listing(entry("111122223333", name, "Admin")) }
	nameIn := func(config, profile string) string {
		_, rest, _ := strings.Cut(settingsOf(config, profile), "sso_account_name = ")
		name, _, _ := strings.Cut(rest, "\n")
		return name
	}
	for name, want := range map[string]string{
		"生产环境": "生产环境", " Acme # 1; x ": "Acme # 1; x", "": "", " \t": "", "a\nb": "", "a\x1bb": "", "a\xff": "", "a\u2028b": "",
	} {
		config, report := runSync(t, oneSession, nil, one(name))
		if got := nameIn(config, report.Added[0].Name); got != want {
			t.Errorf("account %q: the profile has the name %q", name, got)
		}
	}
	config, _ := runSync(t, oneSession, nil, one("Acme"))
	edited := strings.Replace(config, "sso_account_name = Acme", "sso_account_name = mine", 1)
	config, report := runSync(t, config, nil, one("Büro"))
	if got := nameIn(config, "acme-admin"); got != "Büro" || len(report.Changed) != 1 || report.Changed[0].Why != "sso_account_name" {
		t.Errorf("after the account was renamed: %q, %+v", got, report.Changed)
	}
	config, report = runSync(t, edited, nil, one("Büro"))
	if got := nameIn(config, "acme-admin"); got != "mine" || len(report.Kept) != 1 {
		t.Errorf("after an edit by hand: %q, %+v", got, report.Kept)
	}
	config, _ = runSync(t, oneSession, rules(t, "settings: [{set: {sso_account_name: 'x {{.AccountName}}'}}]"), one("Acme"))
	if got := nameIn(config, "acme-admin"); got != "x Acme" {
		t.Errorf("a rule for the name: %q", got)
	}
	for name, want := range map[string]string{"Acme": "Acme", "Büro": ""} {
		content, report, err := Sync(Input{Content: []byte(oneSession), Listings: []Listing{one(name)}, ASCII: true})
		if err != nil || nameIn(string(content), report.Added[0].Name) != want {
			t.Errorf("only ASCII: account %q: %v\n%s", name, err, content)
		}
	}
}

// Two users can have a session each at one portal. If one of the sections is renamed, its profiles
// do not go to the other session.
func TestRenamedSessionBesideAnother(t *testing.T) {
	section := func(name string) string {
		return "[sso-session " + name + "]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = us-east-1\n"
	}
	of := func(session string) Listing {
		l := listing(entry("111122223333", "Prod", "Admin"))
		l.Session = session
		return l
	}
	r := rules(t, `name: "{{.Session}}-{{.AccountName}}-{{.Role}}"`)
	config, _ := runSync(t, section("alice")+section("bob"), r, of("alice"), of("bob"))
	config = strings.Replace(config, "[sso-session alice]", "[sso-session work]", 1)
	if got, report := runSync(t, config, r, of("bob")); got != config {
		t.Errorf("changed %+v:\n%s", report.Changed, cmp.Diff(config, got))
	}
	// Without the other section, the profiles follow the renamed section.
	config, _ = runSync(t, section("alice"), r, of("alice"))
	config = strings.Replace(config, "[sso-session alice]", "[sso-session work]", 1)
	if got, report := runSync(t, config, r, of("work")); len(report.Changed) != 1 || !strings.Contains(got, "[profile alice-Prod-Admin]\nsso_session = work\n") {
		t.Errorf("changed %+v:\n%s", report.Changed, got)
	}
}

func TestResultsOfTemplates(t *testing.T) {
	config, _ := runSync(t, oneSession, rules(t, `settings: [{set: {note: "{{.AccountName}}"}}]`), listing(entry("111122223333", "a\nregion = x\u202e", "Admin")))
	if !strings.Contains(config, "\nnote = a region = x\n") {
		t.Errorf("want one line for the note:\n%s", config)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal([]byte(`name: "{{range 300000000}}xxxxxxxx{{end}}"`), &doc); err != nil {
		t.Fatal(err)
	}
	if _, _, err := ParseRules("config.yaml", doc.Content[0]); err == nil || !strings.Contains(err.Error(), "more than 4096 bytes") {
		t.Errorf("a template without an end: %v", err)
	}
}
