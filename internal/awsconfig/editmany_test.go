package awsconfig_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// manyProfiles returns the config of a large organization.
func manyProfiles(n int) string {
	var b strings.Builder
	b.WriteString("[sso-session org]\nsso_start_url = https://org.awsapps.com/start\nsso_region = us-east-1\n\n")
	for i := range n {
		fmt.Fprintf(&b, "# account %d\n[profile account%05d]\nsso_session = org\nsso_account_id = %012d\n", i, i, i)
		b.WriteString("sso_role_name = AdministratorAccess\nregion = us-east-1\noutput = json\n\n")
	}
	return b.String()
}

func TestEditTenThousandProfiles(t *testing.T) {
	content := manyProfiles(10_000)
	if got, ok := edit(t, content, false, awsconfig.Change{Name: "account05000", Key: "Region", Value: "us-east-1"}); !ok || got != content {
		t.Error("setting the same value changes the file")
	}

	// Change all profiles in one call.
	var changes []awsconfig.Change
	for i := range 10_000 {
		name := fmt.Sprintf("account%05d", i)
		changes = append(changes,
			awsconfig.Change{Name: name, Key: "region", Value: "eu-west-1"},
			awsconfig.Change{Name: name, Key: "cli_pager"},
			awsconfig.Change{Name: name, Key: "output", Remove: true})
	}
	want := strings.ReplaceAll(content, "region = us-east-1\noutput = json\n", "region = eu-west-1\ncli_pager = \n")
	if got, ok := edit(t, content, false, changes...); !ok || got != want {
		t.Errorf("%d bytes, %v; want %d", len(got), ok, len(want))
	}
}

// Several changes in one call have the same result as one call for each change.
func TestEditSeveralAtOnce(t *testing.T) {
	for name, content := range corpus(t) {
		r, err := read(content)
		if err != nil || len(content) > 1_000 {
			continue // a long file has the same structure as the short files, and is slow
		}
		t.Run(name, func(t *testing.T) {
			var changes []awsconfig.Change
			want := content
			for _, ch := range changesOf(r, isCredentials(name)) {
				after, ok := edit(t, want, isCredentials(name), ch)
				if !ok {
					continue
				}
				want, changes = after, append(changes, ch)
			}
			if got, ok := edit(t, content, isCredentials(name), changes...); !ok || got != want {
				t.Errorf("in one call %q, in several %q", got, want)
			}
			if len(changes) == 0 {
				t.Error("the changes have no effect")
			}
		})
	}
}

// If Edit refuses one change, it makes no changes.
func TestEditAllOrNothing(t *testing.T) {
	got, ok := edit(t, "[default]\nregion = a\n", false,
		awsconfig.Change{Name: "default", Key: "region", Value: "b"},
		awsconfig.Change{Name: "default", Key: "output", Value: "b\nc"})
	if ok || got != "" {
		t.Errorf("Edit = %q, want an error", got)
	}
}

// The package and the checker read the same names, order, keys, values, blocks and
// inherited settings.
func TestReaderAgreesWithChecker(t *testing.T) {
	for name, content := range corpus(t) {
		sections, problems, err := awsconfig.NewDoc(name, isCredentials(name), content).All()
		want := checked(pyFile{isCredentials(name), []byte(content)})
		if want == nil {
			if err == nil && len(problems) == 0 {
				t.Errorf("%s: All reports no problem", name)
			}
			continue
		}
		got := []any{}
		for _, s := range sections {
			settings := []any{}
			for _, set := range s.Settings {
				nested := []any{}
				for _, n := range set.Nested {
					nested = append(nested, []any{n.Key, n.Value})
				}
				if set.Nested != nil {
					settings = append(settings, []any{set.Key, nested})
				} else {
					settings = append(settings, []any{set.Key, set.Value})
				}
			}
			got = append(got, []any{s.Kind.String() + " " + s.Name, settings})
		}
		if want := want.(map[string]any)["counting"]; err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %v, %v; want %v", name, got, err, want)
		}
	}
}

func BenchmarkEdit(b *testing.B) {
	for _, n := range []int{10, 10_000} {
		content := []byte(manyProfiles(n))
		last := fmt.Sprintf("account%05d", n-1)
		for _, bench := range []struct {
			name   string
			change awsconfig.Change
		}{
			{"set", awsconfig.Change{Name: last, Key: "region", Value: "eu-west-1"}},
			{"new", awsconfig.Change{Name: "new", Key: "region", Value: "eu-west-1"}},
			{"nothing", awsconfig.Change{Name: last, Key: "region", Value: "us-east-1"}},
		} {
			b.Run(fmt.Sprintf("%s/profiles=%d", bench.name, n), func(b *testing.B) {
				b.SetBytes(int64(len(content)))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := awsconfig.Edit("config", content, false, bench.change); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
