package awsconfig

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// entries returns the entries of a file with this content.
func entries(t *testing.T, content string, credentials bool, kind Kind, prefix string) (found []Entry) {
	t.Helper()
	Entries(writeFile(t, content), credentials, kind, prefix, func(e Entry) { found = append(found, e) })
	return found
}

func TestEntries(t *testing.T) {
	const content = "\ufeff# [profile no]\n[default]\nsso_role_name = A\n[profile dev]\r\nsso_account_id = 111122223333\r\nsso_role_name=Admin # x\r\n" +
		"[profile 'my profile'] ; x\nrole_arn: arn:aws:iam::1:role/R\ns3 =\n  [profile no]\n[sso-session corp]\nsso_role_name = no\n" +
		"[profilex]\n[profile one two]\n[DEFAULT]\n[plugins]\n[]\n[profile last]\nsso_account_id = 2"
	for _, tt := range []struct {
		kind        Kind
		prefix      string
		credentials bool
		want        []Entry
	}{
		{Profile, "", false, []Entry{
			{Name: "default", RoleName: "A"},
			{Name: "dev", AccountID: "111122223333", RoleName: "Admin # x"},
			{Name: "my profile", RoleARN: "arn:aws:iam::1:role/R"},
			{Name: "last", AccountID: "2"},
		}},
		{Profile, "de", false, []Entry{{Name: "default", RoleName: "A"}, {Name: "dev", AccountID: "111122223333", RoleName: "Admin # x"}}},
		{Profile, "my ", false, []Entry{{Name: "my profile", RoleARN: "arn:aws:iam::1:role/R"}}},
		{Profile, "x", false, nil},
		{SSOSession, "", false, []Entry{{Name: "corp", RoleName: "no"}}},
		{Services, "", false, nil},
		{Profile, "p", true, []Entry{
			{Name: "profile dev", AccountID: "111122223333", RoleName: "Admin # x"},
			{Name: "profile 'my profile'", RoleARN: "arn:aws:iam::1:role/R"},
			{Name: "profilex"},
			{Name: "profile one two"},
			{Name: "plugins"},
			{Name: "profile last", AccountID: "2"},
		}},
	} {
		if got := entries(t, content, tt.credentials, tt.kind, tt.prefix); !slices.Equal(got, tt.want) {
			t.Errorf("%v %q, credentials %v:\ngot  %+v\nwant %+v", tt.kind, tt.prefix, tt.credentials, got, tt.want)
		}
	}
	for _, path := range []string{"", t.TempDir(), "/nonexistent/config"} {
		Entries(path, false, Profile, "", func(e Entry) { t.Errorf("%q has %+v", path, e) })
	}
}

// A menu describes a profile with all of these settings.
func TestEntryHasTheSettingsOfMenus(t *testing.T) {
	const content = "[profile all]\nsso_account_name = Payments\nsso_account_email = pay@example.com\nsso_session = corp\n" +
		"sso_start_url = https://a.example/start\nsso_region = us-east-1\ncredential_process = lanyard sso get-credentials --profile x\ncli_pager =\n"
	want := []Entry{{
		Name: "all", AccountName: "Payments", AccountEmail: "pay@example.com", Session: "corp",
		StartURL: "https://a.example/start", SSORegion: "us-east-1", Process: "lanyard sso get-credentials --profile x",
	}}
	if got := entries(t, content, false, Profile, ""); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// In a large file, sections are longer than the buffer, or cross its end.
func TestEntriesOfLargeFile(t *testing.T) {
	long := "[profile long]\nx = " + strings.Repeat("y", 100_000) + "\nsso_account_id = 1\n"
	found := entries(t, manyProfiles(2000)+long+manyProfiles(1)+long, false, Profile, "")
	for i, e := range found[:2000] {
		if e.AccountID == "" || e.RoleName == "" || !strings.HasPrefix(e.Name, "account") {
			t.Errorf("%d: %+v", i, e)
		}
	}
	if n := len(found); n < 2003 || found[n-1] != (Entry{Name: "long", AccountID: "1"}) {
		t.Errorf("%d entries; the last is %+v", n, found[n-1])
	}
}

// unusual matches headers that Entries ignores: after an indent, or after a lone carriage return.
var unusual = regexp.MustCompile(`(?m)^\s+\[|\r[^\n]`)

// In a file without mistakes, Entries finds the sections that All finds.
func TestEntriesAreTheSections(t *testing.T) {
	for name, content := range corpus(t) {
		all, problems, err := NewDoc("config", false, content).All()
		if err != nil || len(problems) > 0 || unusual.MatchString(content) {
			continue
		}
		for _, kind := range []Kind{Profile, SSOSession, Services} {
			var want, got []string
			for _, s := range all {
				if s.Kind == kind {
					want = append(want, s.Name)
				}
			}
			for _, e := range entries(t, content, false, kind, "") {
				if !slices.Contains(got, e.Name) {
					got = append(got, e.Name)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %v: %q, want %q", name, kind, got, want)
			}
		}
	}
}
