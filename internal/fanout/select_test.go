package fanout

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

func TestChoose(t *testing.T) {
	sources := []Source{
		{"corp", inventory.List{Accounts: []inventory.Account{
			{ID: "000000000001", Name: "Audit", Email: "audit@example.com", Roles: []string{"Read"}},
			{ID: "000000000002", Name: "prod", Roles: []string{"Admin", "Read"}},
			{ID: "000000000003", Name: "prod", Roles: []string{"View"}},
			{ID: "000000000004", Name: "empty"},
		}}},
		{"other", inventory.List{Accounts: []inventory.Account{
			{ID: "000000000002", Name: "prod", Roles: []string{"Read"}},
			{ID: "000000000009", Name: "far/away", Roles: []string{"Read"}},
		}}},
	}
	for _, tt := range []struct {
		name                      string
		s                         Selection
		want                      []string
		without, several, unknown []string
	}{
		{"all", Selection{Match: []string{"*"}, Role: "Read"}, []string{"1 Read corp", "2 Read corp", "9 Read other"}, []string{"3", "4"}, nil, nil},
		{"the first role", Selection{Match: []string{"PROD", "far*"}, Roles: []string{"View", "Admin"}}, []string{"2 Admin corp", "3 View corp"}, []string{"2", "9"}, nil, nil},
		{"e-mail and id", Selection{Match: []string{"*@example.com", "*0003"}}, []string{"1 Read corp", "3 View corp"}, nil, nil, nil},
		{"several roles", Selection{Match: []string{"prod"}}, []string{"3 View corp", "2 Read other"}, nil, []string{"2"}, nil},
		{"by id and name", Selection{Accounts: []string{"0000-0000-0003", "audit", "nope"}, Role: "Read"}, []string{"1 Read corp", "3 Read corp"}, nil, nil, []string{"nope"}},
		{"regions", Selection{Match: []string{"audit"}, Regions: []string{"a", "b"}}, []string{"1 Read corp a", "1 Read corp b"}, nil, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := tt.s.Choose(sources)
			var got, several []string
			for _, target := range c.Targets {
				text := target.Account[11:] + " " + target.Role + " " + target.Session
				if target.Region != "" {
					text += " " + target.Region
				}
				got = append(got, text)
			}
			for _, target := range c.Several {
				several = append(several, target.Account[11:])
			}
			var without []string
			for _, id := range c.Without {
				without = append(without, id[11:])
			}
			for _, d := range []string{cmp.Diff(tt.want, got), cmp.Diff(tt.without, without), cmp.Diff(tt.several, several), cmp.Diff(tt.unknown, c.Unknown)} {
				if d != "" {
					t.Errorf("(-want +got)\n%s", d)
				}
			}
		})
	}
}

func TestFill(t *testing.T) {
	target := Target{Account: "1", AccountName: "{role}", Role: "R", Region: "", Profile: "p"}
	got := target.Fill([]string{"{account}-{account_name}", "{other} {profile}{region}", `{"a": "{role}"}`})
	if want := []string{"1-{role}", "{other} p", `{"a": "R"}`}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	named := Target{Account: "111122223333", AccountName: "--output=x", Profile: "-p", Role: "r"}
	words := []string{"-n", "{account}", "{account_name}", "x{account_name}", "-{role}", "{role}{profile}", "{profile}/x", "--", "-{profile}"}
	if flags := named.MadeFlags(words); !slices.Equal(flags, []string{"{account_name}", "{profile}/x"}) {
		t.Errorf("MadeFlags returns %q, want the words that only a value makes a flag", flags)
	}
	evil := Target{Account: "111122223333", AccountName: "a$(id)", Profile: "dev (EU)", Role: "Read"}
	for _, tt := range []struct {
		words []string
		want  []string
	}{
		{[]string{"sh", "-c", "echo {account} {role} {account_name}"}, []string{"{account_name}"}},
		{[]string{"/bin/bash", "-c", "echo {profile} {account_name}"}, []string{"{account_name}", "{profile}"}},
		{[]string{"sh", "-c", `echo "$1"`, "sh", "{account_name}"}, nil},
		{[]string{"sh", "-c", "echo {account} {role}"}, nil},
		{[]string{"echo", "x{account_name}"}, nil},
	} {
		if got := evil.InScript(tt.words); !slices.Equal(got, tt.want) {
			t.Errorf("%q: InScript returns %q, want %q", tt.words, got, tt.want)
		}
	}
	if got := (Target{AccountName: "payments prod-1_a.b@c"}).InScript([]string{"sh", "-c", "echo {account_name}"}); got != nil {
		t.Errorf("InScript returns %q for a harmless name", got)
	}
	if lacks := target.Lacks([]string{"{region}", "{account}"}); !slices.Equal(lacks, []string{"{region}"}) {
		t.Errorf("lacks %q", lacks)
	}
}

func TestLabels(t *testing.T) {
	got := Labels([]Target{
		{AccountName: "a", Account: "1", Role: "R", Region: "x"},
		{AccountName: "a", Account: "1", Role: "R", Region: "y"},
		{AccountName: "b\n", Account: "2", Role: "R", Region: "x"},
		{AccountName: "b\n", Account: "3", Role: "R", Region: "x"},
		{Account: "4", Role: "R"},
		{Profile: "p", AccountName: "name", Account: "4"},
	})
	if want := []string{"a x ", "a y ", "b\ufffd 2", "b\ufffd 3", "4   ", "p   "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// A link instead of the record could lead to any file of the user.
func TestRecordFollowsNoLink(t *testing.T) {
	dir := t.TempDir()
	path, target := filepath.Join(dir, "run.jsonl"), filepath.Join(dir, "other")
	const content = `{"targets":[{"account":"1"}]}` + "\n"
	if err := os.WriteFile(target, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	proctest.Symlink(t, target, path)
	if _, err := Record(path, time.Now(), targetsOf(1)); err == nil || !strings.Contains(err.Error(), path+" is a link") {
		t.Errorf("Record: error %v, want one about the link", err)
	}
	if _, _, err := Unfinished(path); err == nil || !strings.Contains(err.Error(), path+" is a link") {
		t.Errorf("Unfinished: error %v, want one about the link", err)
	}
	if got, err := os.ReadFile(target); err != nil || string(got) != content {
		t.Errorf("the target of the link has %q, %v; want it unchanged", got, err)
	}
}

func TestRecord(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "lanyard", "run.jsonl")
	if _, _, err := Unfinished(path); !errors.Is(err, ErrNoRecord) {
		t.Errorf("without a record: %v", err)
	}
	targets := targetsOf(5)
	r, err := Record(path, time.Now(), targets)
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range []Status{Succeeded, Failed, Stopped, Succeeded} { // the last target has no result
		if err := r.Add(Result{Index: i, Status: s, Code: 1}); err != nil {
			t.Fatal(err)
		}
	}
	// A second run replaces the record. The first one then writes to a file without a name.
	left, _, err := Unfinished(path)
	if want := []Target{targets[1], targets[2], targets[4]}; err != nil || !slices.Equal(left, want) {
		t.Errorf("%v, error %v, want %v", left, err, want)
	}
	if runtime.GOOS == "windows" {
		defer func() { _ = r.Close() }() // if the test is skipped
		proctest.NeedPOSIXRename(t)
	}
	second, err := Record(path, time.Now(), targets[:1])
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Add(Result{Index: 0, Status: Succeeded}), r.Close()); err != nil {
		t.Fatal(err)
	}
	if left, _, err := Unfinished(path); err != nil || len(left) != 1 {
		t.Errorf("%v, error %v", left, err)
	}
	if err := errors.Join(second.Add(Result{Index: 0, Status: Succeeded}), second.Close()); err != nil {
		t.Fatal(err)
	}
	if left, _, err := Unfinished(path); err != nil || len(left) != 0 {
		t.Errorf("%v, error %v", left, err)
	}
	// A line that was cut off does not count.
	if err := os.WriteFile(path, []byte(`{"targets":[{"account":"1"}]}`+"\n"+`{"target":0,"sta`), 0o600); err != nil {
		t.Fatal(err)
	}
	if left, _, err := Unfinished(path); err != nil || len(left) != 1 {
		t.Errorf("%v, error %v", left, err)
	}
	if err := os.WriteFile(path, []byte("no JSON"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Unfinished(path); err == nil {
		t.Error("a broken record was read")
	}
}

func TestKeep(t *testing.T) {
	all := []Target{
		{Account: "000000000001", AccountName: "prod-a", Role: "Read", Region: "x"},
		{Account: "000000000002", AccountName: "test", Role: "Admin", Region: "y"},
		{Profile: "dev", Account: "000000000003", Region: "x"},
	}
	for _, tt := range []struct {
		s        Selection
		profiles []string
		want     []int
	}{
		{Selection{}, nil, []int{0, 1, 2}},
		{Selection{Match: []string{"prod*"}}, nil, []int{0}},
		{Selection{Accounts: []string{"000000000002"}}, nil, []int{1}},
		{Selection{Roles: []string{"Read", "View"}}, nil, []int{0}},
		{Selection{Regions: []string{"x"}}, nil, []int{0, 2}},
		{Selection{}, []string{"d*"}, []int{2}},
	} {
		var want []Target
		for _, i := range tt.want {
			want = append(want, all[i])
		}
		if got := tt.s.Keep(all, tt.profiles); !slices.Equal(got, want) {
			t.Errorf("%+v %v: %v", tt.s, tt.profiles, got)
		}
	}
}
