package pickcmd

import (
	"slices"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/picker"
)

func TestValue(t *testing.T) {
	for _, tt := range []struct {
		name string
		in   entry
		want string
	}{
		{"a profile", entry{Name: "dev admin", AccountID: "111122223333", RoleName: "Admin"}, "dev admin"},
		{"a role", entry{AccountID: "000000000012", RoleName: "Admin", Session: "corp"}, "--account 000000000012 --role Admin --sso-session corp"},
		{"names that a shell would split", entry{AccountID: "111122223333", RoleName: "a b", Session: "it's"}, `--account 111122223333 --role 'a b' --sso-session 'it'\''s'`},
		{"a legacy session", entry{AccountID: "111122223333", RoleName: "Admin", StartURL: "https://a.example/start"}, "--account 111122223333 --role Admin"},
	} {
		if got := value(tt.in); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestLine(t *testing.T) {
	got := line(entry{AccountID: "111122223333", AccountName: "a\tb\x1b[2J\n", RoleName: "Admin", Session: "corp", AccountEmail: "a@example.com"})
	if want := "--account 111122223333 --role Admin --sso-session corp\t111122223333\ta b\ufffd[2J \tAdmin\tcorp\ta@example.com\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// A role is in the menu only if no profile has it. A profile of another session is another sign-in.
func TestRolesWithoutProfile(t *testing.T) {
	role := func(session, account, name string) entry {
		return entry{Session: session, AccountID: account, RoleName: name}
	}
	w := testWorkspace(t, `[profile one]
sso_session = corp
sso_account_id = 111122223333
sso_role_name = Admin
[profile own]
credential_process = lanyard sso get-credentials --sso-session corp --account-id 111122223333 --role-name Billing
[profile legacy]
sso_start_url = https://d-1234567890.awsapps.com/start
sso_region = us-east-1
sso_account_id = 111122223333
sso_role_name = Audit
`)
	var got []string
	for _, e := range withRoles(w.ProfileEntries(), []entry{
		role("corp", "111122223333", "Admin"), role("corp", "111122223333", "Billing"), role("corp", "111122223333", "Audit"),
		role("lab", "111122223333", "Admin"), role("corp", "444455556666", "Admin"),
		{StartURL: "https://d-1234567890.awsapps.com/start", AccountID: "111122223333", RoleName: "Audit"},
	}) {
		got = append(got, value(e))
	}
	want := []string{
		"one", "own", "legacy", "--account 111122223333 --role Audit --sso-session corp",
		"--account 111122223333 --role Admin --sso-session lab", "--account 444455556666 --role Admin --sso-session corp",
	}
	if !slices.Equal(got, want) {
		t.Errorf("entries\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestLines(t *testing.T) {
	lines, err := readLines(strings.NewReader("plain\r\n\n \t \ndev\t000000000012\tPayments\t\tcorp\nlast\tx"))
	if err != nil {
		t.Fatal(err)
	}
	want := []picker.Item{{Name: "plain"}, {Name: "dev", ID: "000000000012", Detail: "Payments, corp"}, {Name: "last", Detail: "x"}}
	if got := lineItems(lines); !slices.Equal(got, want) {
		t.Errorf("items %q, want %q", got, want)
	}
	if _, err := readLines(strings.NewReader(strings.Repeat("x", maxInput+1))); err == nil {
		t.Error("no error for an input without an end")
	}
}

func TestPreview(t *testing.T) {
	w := testWorkspace(t, "[sso-session corp]\nsso_start_url = https://d-1234567890.awsapps.com/start\nsso_region = us-east-1\n")
	all := []entry{
		{Name: "one", AccountID: "111122223333", AccountName: "Payments", AccountEmail: "pay@example.com", RoleName: "Admin", Session: "corp"},
		{AccountID: "000000000012", AccountName: "  ", RoleName: "Admin", Session: "gone"},
		{Name: "keys"},
		{Name: "deploy", RoleARN: "arn:aws:iam::777788889999:role/Deploy"},
	}
	p := newPreviewer(w, all)
	for i, want := range []string{
		"profile=one account=111122223333  Payments  pay@example.com role=Admin session=corp, signed out",
		"prints=--account 000000000012 --role Admin --sso-session gone account=000000000012 role=Admin session=gone",
		"profile=keys",
		"profile=deploy account=777788889999 role=Deploy",
	} {
		var got []string
		for _, f := range p.facts(i) {
			got = append(got, f.Label+"="+f.Text)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q, want %q", s, want)
		}
	}
}
