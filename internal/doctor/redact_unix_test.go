//go:build unix

package doctor

import (
	"strings"
	"testing"
)

const namesConfig = `[sso-session acme-corp]
sso_start_url = https://acme-corp.awsapps.com/start
sso_region = us-east-1
[profile dev]
sso_session = acme-corp
sso_account_id = 111122223333
sso_role_name = Admin
[profile dev-ops]
sso_session = acme-corp
sso_account_id = 444455556666
sso_role_name = Operators
[profile 'dev ops team']
role_arn = arn:aws:iam::777788889999:role/path/Deploy
source_profile = dev
`

func TestRedact(t *testing.T) {
	t.Parallel()
	p := setup{config: namesConfig, env: map[string]string{"USER": "janedoe"}}.patient(t)
	r := newRedactor(p)
	for _, row := range [][2]string{
		{"profile dev: Admin in account 111122223333", "profile profile-1: role-1 in account account-1"},
		{"profile dev-ops, and developer", "profile profile-2, and developer"},
		{"profile dev ops team of acme-corp", "profile profile-3 of session-1"},
		{"https://acme-corp.awsapps.com/start does not answer", "portal-1 does not answer"},
		{"https://oidc.us-east-1.amazonaws.com in 5 ms", "https://oidc.us-east-1.amazonaws.com in 5 ms"},
		{"http://127.0.0.1:4144/slot", "http://127.0.0.1/…"},
		{"http://jane:secret@proxy.acme.example:3128, and", "http://host-1, and"},
		{"arn:aws:iam::777788889999:role/path/Deploy", "arn:aws:iam::account-3:role/…/role-3"},
		{"AKIAIOSFODNN7EXAMPLE by jane.doe@acme.example", "[key] by email-1"},
		{p.W.Home + "/.aws/config", "~/.aws/config"},
		{p.W.Home + "/acme/secret project/config", "~/…/config"},
		{"/srv/acme/tools/aws and /usr/bin/aws", "/…/aws and /usr/bin/aws"},
		{"10.1.2.3 and 169.254.170.2", "address-1 and 169.254.170.2"},
		{"wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY0123456", "[redacted]"},
		{"version 2.36.7", "version 2.36.7"},
	} {
		if got := newRedactor(p).text(row[0]); got != row[1] {
			t.Errorf("text(%q) = %q, want %q", row[0], got, row[1])
		}
	}
	if a, b := r.text("dev"), r.text("dev"); a != b {
		t.Errorf("one name has two placeholders: %s, %s", a, b)
	}
}

// No name of the config and no secret is left, with any text around it.
func FuzzRedact(f *testing.F) {
	for _, s := range []string{"", " ", ":", "/", "é", "https://", "a.", "@", "=", "~/", "-", "x/"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, before, after string) {
		if partOfWord(last(before)) && before != "" || partOfWord(first(after)) && after != "" {
			t.Skip("the name would be a part of a longer word")
		}
		r := &redactor{replaced: map[string]string{}, counts: map[string]int{}, names: []string{"acmecorp", "111122223333"}}
		r.add("session", "acmecorp")
		r.add("account", "111122223333")
		for _, name := range append(r.names, "AKIAIOSFODNN7EXAMPLE", "999988887777") {
			if got := r.text(before + name + after); strings.Contains(got, name) {
				t.Errorf("text(%q) = %q has %s", before+name+after, got, name)
			}
		}
	})
}
