package profilesync

import (
	"strings"
	"testing"
)

func TestPruneRemovesOnlyWhatIsCertain(t *testing.T) {
	gone, stays := entry("111122223333", "Gone", "Admin"), entry("222233334444", "Stays", "Admin")
	full := listing(gone, stays)
	tests := []struct {
		about   string
		edit    func(config string) string
		listing func(*Listing)
		rules   string
		stale   string
		removed string // the name of the removed profile; "" means none
		whyNot  string
	}{
		{about: "not listed any more", removed: "gone-admin"},
		{about: "excluded by a rule", listing: func(l *Listing) { *l = full }, rules: "exclude: [{account: gon*}]", removed: "gone-admin"},
		{about: "an incomplete listing", listing: func(l *Listing) { l.Complete = false }, whyNot: "the listing of session corp is not complete"},
		{about: "another session", listing: func(l *Listing) { l.Session = "other" }, whyNot: "session corp was not listed"},
		{about: "another portal", listing: func(l *Listing) { l.StartURL = "https://other.awsapps.com/start" }, whyNot: "session corp has another start URL"},
		{about: "another origin", listing: func(l *Listing) { l.Origin = "http://127.0.0.1:1" }, whyNot: "session corp has another start URL or endpoint"},
		{about: "another spelling of the portal", listing: func(l *Listing) { l.StartURL = "https://CORP.awsapps.com/start/#/" }, removed: "gone-admin"},
		{about: "an empty listing", listing: func(l *Listing) { l.Entries = nil }, whyNot: "has no roles"},
		{about: "old rules", stale: "team.yaml could not be fetched", whyNot: "team.yaml could not be fetched"},
		{about: "a changed key", edit: func(s string) string { return strings.Replace(s, "\nregion = eu-west-1\n", "\nregion = x\n", 1) }, whyNot: "changed by hand"},
		{about: "an added key", edit: func(s string) string {
			return strings.Replace(s, "[profile gone-admin]\n", "[profile gone-admin]\nretry_mode = standard\n", 1)
		}, whyNot: "changed by hand"},
		{about: "a comment", edit: func(s string) string {
			return strings.Replace(s, "[profile gone-admin]\n", "[profile gone-admin]\n# mine\n", 1)
		}, whyNot: "changed by hand"},
		{about: "a new name", edit: func(s string) string { return strings.Replace(s, "[profile gone-admin]", "[profile mine]", 1) }, whyNot: "renamed or copied by hand"},
		{about: "no marker", edit: func(s string) string {
			a := strings.Index(s, MarkerKey)
			return s[:a] + s[a+strings.IndexByte(s[a:], '\n')+1:]
		}},
		{about: "a broken marker", edit: func(s string) string { return strings.Replace(s, MarkerKey+" = 1", MarkerKey+" = 2", 1) }, whyNot: "line cannot be read"},
		{about: "used by another profile", edit: func(s string) string { return s + "[profile r]\nrole_arn = x\nsource_profile = gone-admin\n" }, whyNot: "profile r uses it"},
	}
	for _, tt := range tests {
		t.Run(tt.about, func(t *testing.T) {
			config, _ := runSync(t, oneSession, nil, full)
			if tt.edit != nil {
				config = tt.edit(config)
			}
			config = strings.Replace(config, "[profile stays-admin]", "\n# about the next profile\n[profile stays-admin]", 1)
			l := listing(stays)
			if tt.listing != nil {
				tt.listing(&l)
			}
			r := rules(t, "include: []")
			if tt.rules != "" {
				r = rules(t, tt.rules)
			}
			r.Stale = tt.stale
			pruned, report, err := Prune(Input{Path: "config", Content: []byte(config), Listings: []Listing{l}, Rules: r})
			if err != nil {
				t.Fatal(err)
			}
			if tt.removed == "" {
				why := ""
				for _, k := range report.Kept {
					why += k.Profile + ": " + k.Why + "\n"
				}
				if string(pruned) != config || !strings.Contains(why, tt.whyNot) {
					t.Errorf("want no change because %q; kept:\n%s\n%s", tt.whyNot, why, pruned)
				}
				return
			}
			_, ours, _ := strings.Cut(config, "[profile "+tt.removed+"]")
			ours, _, _ = strings.Cut(ours, "\n\n")
			want := strings.Replace(config, "[profile "+tt.removed+"]"+ours+"\n", "", 1)
			if string(pruned) != want || len(report.Removed) != 1 {
				t.Errorf("removed %+v, content:\n%s\nwant:\n%s", report.Removed, pruned, want)
			}
		})
	}
}

// Sync counts what Prune would remove, and not what Prune would keep.
func TestSyncCountsUnwantedProfiles(t *testing.T) {
	gone, barred, mine := entry("111122223333", "Gone", "Admin"), entry("222233334444", "Barred", "Admin"), entry("333344445555", "Mine", "Admin")
	config, _ := runSync(t, oneSession, nil, listing(gone, barred, mine, entry("444455556666", "Stays", "Admin")))
	config = strings.Replace(config, "[profile mine-admin]\n", "[profile mine-admin]\n# mine\n", 1)
	l := listing(barred, entry("444455556666", "Stays", "Admin"))
	r := rules(t, "exclude: [{account: barred}]")
	if _, report := runSync(t, config, r, l); report.Gone != 1 || report.Barred != 1 {
		t.Errorf("%+v", report)
	}
	l.Complete = false
	if _, report := runSync(t, config, r, l); report.Gone != 0 || report.Barred != 0 {
		t.Errorf("with an incomplete listing: %+v", report)
	}
}

// A profile of the credentials file can use a profile of the config.
func TestProfileUsedByAnotherFile(t *testing.T) {
	config, _ := runSync(t, oneSession, nil, listing(entry("111122223333", "Gone", "Admin"), entry("444455556666", "Stays", "Admin")))
	in := Input{
		Path: "config", Content: []byte(config), Listings: []Listing{listing(entry("444455556666", "Stays", "Admin"))},
		Uses: map[string]string{"gone-admin": "the profile on line 3 of credentials", "stays-admin": "the profile on line 7 of credentials"},
	}
	pruned, report, err := Prune(in)
	if err != nil || string(pruned) != config || len(report.Kept) != 1 || report.Kept[0].Why != "the profile on line 3 of credentials uses it" {
		t.Errorf("%v, kept %+v, content:\n%s", err, report.Kept, pruned)
	}
	in.Rules, in.Rename = rules(t, `name: "x-{{.AccountName}}-{{.Role}}"`), true
	if content, report, err := Sync(in); err != nil || string(content) != config || len(report.Renamed) != 0 {
		t.Errorf("%v, renamed %+v, content:\n%s", err, report.Renamed, content)
	}
}
