package emulatorcmd

import (
	"fmt"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/emulator"
)

func TestGrantedRoles(t *testing.T) {
	c := emulator.Config{
		Users:          []emulator.User{{Name: "ada"}, {Name: "bob"}, {Name: "eve"}},
		Groups:         []emulator.Group{{Name: "g", Members: []string{"bob"}}},
		Accounts:       []emulator.Account{{ID: "111122223333"}, {ID: "444455556666"}},
		PermissionSets: []emulator.PermissionSet{{Name: "Write"}, {Name: "Read"}},
		Assignments: []emulator.Assignment{
			{User: "ada", Accounts: []string{"444455556666"}, PermissionSets: []string{"*"}},
			{Group: "g", Accounts: []string{"*"}, PermissionSets: []string{"Read"}},
			{User: "bob", Accounts: []string{"111122223333"}, PermissionSets: []string{"Read", "Write"}},
		},
	}
	for _, tt := range []struct {
		user  string
		limit int
		want  string
		more  bool
	}{
		{"ada", 9, "444455556666 Write, 444455556666 Read", false},
		{"bob", 9, "111122223333 Write, 111122223333 Read, 444455556666 Read", false},
		{"eve", 9, "", false},
		{"", 9, "111122223333 Write, 111122223333 Read, 444455556666 Write, 444455556666 Read", false},
		{"", 4, "111122223333 Write, 111122223333 Read, 444455556666 Write, 444455556666 Read", false},
		{"", 2, "111122223333 Write, 111122223333 Read", true},
	} {
		t.Run(fmt.Sprint(tt.user, tt.limit), func(t *testing.T) {
			roles, more := grantedRoles(c, tt.user, tt.limit)
			var got []string
			for _, r := range roles {
				got = append(got, r.account.ID+" "+r.role)
			}
			if s := strings.Join(got, ", "); s != tt.want || more != tt.more {
				t.Errorf("%s, more: %v; want %s", s, more, tt.want)
			}
		})
	}
}

// profileName replaces characters that are special in a shell or a config. If two names are
// equal, the second name gets the account id.
func TestProfileNames(t *testing.T) {
	c := emulator.Config{
		Users:          []emulator.User{{Name: "ada"}},
		Accounts:       []emulator.Account{{ID: "111122223333", Name: "a b"}, {ID: "444455556666", Name: "a]b"}, {ID: "777788889999"}},
		PermissionSets: []emulator.PermissionSet{{Name: "R@x"}},
		Assignments:    []emulator.Assignment{{User: "ada", Accounts: []string{"*"}, PermissionSets: []string{"*"}}},
	}
	e, err := emulator.New(c)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	config, first := profileConfig(c, e, "")
	for line := range strings.Lines(config) {
		if strings.HasPrefix(line, "[") {
			got = append(got, strings.TrimSpace(line))
		}
	}
	if first != "a-b-R-x" {
		t.Errorf("the first profile is %q", first)
	}
	_, rest, _ := strings.Cut(config, "[default]\n")
	if section, _, _ := strings.Cut(rest, "\n["); strings.TrimSpace(section) != "region = us-east-1" {
		t.Errorf("the default profile contains %q, which other programs add to all profiles", section)
	}
	want := "[sso-session lanyard-emulator] [default] [profile a-b-R-x] [profile a-b-R-x-444455556666] [profile 777788889999-R-x]"
	if strings.Join(got, " ") != want {
		t.Errorf("%q, want %s", got, want)
	}
}
