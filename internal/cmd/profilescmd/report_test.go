package profilescmd

import (
	"testing"

	"github.com/lanyard-cli/lanyard/internal/profilesync"
)

func TestCollisionLine(t *testing.T) {
	item := func(name, account string) profilesync.Item {
		return profilesync.Item{Name: name, Session: "corp", Entry: profilesync.Entry{AccountID: account, Role: "Admin"}}
	}
	tests := []struct {
		place string
		roles []profilesync.Item
		want  string
	}{
		{"", []profilesync.Item{item("box-111", "111"), item("box-222", "222")}, "2 roles want the name box; their profiles get the account id, for example box-111"},
		{"", []profilesync.Item{item("box-111", "111"), item("box-222-0a0a0a0a", "222")}, "2 roles want the name box; their profiles get the account id, and some a hash, for example box-111"},
		{"the profile on line 5", []profilesync.Item{item("box-111", "111")}, "the name box belongs to the profile on line 5; account 111, role Admin gets the profile box-111"},
		{"the profile on line 5", []profilesync.Item{item("", "111")}, "the name box belongs to the profile on line 5; account 111, role Admin gets no profile"},
		{"the profile on line 5", []profilesync.Item{item("box-111", "111"), item("box-222", "222")}, "2 roles want the name box, which belongs to the profile on line 5; their profiles get the account id, for example box-111"},
		{"", []profilesync.Item{item("", "111"), item("box-222", "222")}, "2 roles want the name box; their profiles get the account id, for example box-222; 1 role gets no profile"},
	}
	for _, tt := range tests {
		if got := collisionLine(&profilesync.Collision{Wanted: "box", Place: tt.place, Roles: tt.roles}); got != tt.want {
			t.Errorf("got  %s\nwant %s", got, tt.want)
		}
	}
}

func TestUnwantedProfiles(t *testing.T) {
	tests := []struct {
		gone, barred int
		want         string
	}{
		{0, 0, ""},
		{1, 0, "1 profile is no longer wanted: you no longer have the role"},
		{0, 4, "4 profiles are no longer wanted: the rules exclude the roles"},
		{5, 4, "9 profiles are no longer wanted: 5 of roles that you no longer have, 4 that the rules exclude"},
	}
	for _, tt := range tests {
		if got := unwanted(tt.gone, tt.barred); got != tt.want {
			t.Errorf("unwanted(%d, %d) = %q, want %q", tt.gone, tt.barred, got, tt.want)
		}
	}
}

func TestQuestion(t *testing.T) {
	items := func(n int) []profilesync.Item { return make([]profilesync.Item, n) }
	tests := []struct {
		report  profilesync.Report
		pruning bool
		want    string
	}{
		{profilesync.Report{Added: items(36)}, false, "Add 36 profiles to FILE? [Y/n] "},
		{profilesync.Report{Changed: items(1)}, false, "Change 1 profile in FILE? [Y/n] "},
		{profilesync.Report{Changed: items(3), Added: items(2)}, false, "Change 3 and add 2 profiles in FILE? [Y/n] "},
		{profilesync.Report{Changed: items(3), Renamed: items(2), Added: items(1)}, false, "Change 3, rename 2 and add 1 profile in FILE? [Y/n] "},
		{profilesync.Report{Removed: items(2)}, true, "Remove 2 profiles from FILE? [y/N] "},
	}
	for _, tt := range tests {
		if got := question(&tt.report, "FILE", tt.pruning); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}
