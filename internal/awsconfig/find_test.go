package awsconfig

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// manyProfiles returns a config with n legacy profiles, like the profiles of
// internal/cli/testdata/guide.md. A profile with a session and the session follow.
func manyProfiles(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "[profile account%05d-admin]\n", i)
		b.WriteString("sso_start_url = https://your-domain.awsapps.com/start\n")
		b.WriteString("sso_region = us-east-1\n")
		fmt.Fprintf(&b, "sso_account_id = %012d\n", i)
		b.WriteString("sso_role_name = AdministratorAccess\nregion = us-east-1\noutput = json\n\n")
	}
	b.WriteString("[profile dev]\nsso_session = corp\nregion = eu-west-1\n\n")
	b.WriteString("[sso-session corp]\nsso_start_url = https://corp.awsapps.com/start\nsso_region = eu-west-1\n")
	return b.String()
}

// sameAsAll checks that Find and All return the same section, for every section of a valid
// file.
func sameAsAll(t *testing.T, content string) {
	t.Helper()
	for _, credentials := range []bool{false, true} {
		doc := NewDoc("config", credentials, content)
		all, _, err := doc.All()
		if err != nil {
			continue
		}
		for _, want := range all {
			got, _, err := doc.Find(want.Kind, want.Name)
			if err != nil {
				t.Errorf("Find(%v, %q) in %q: %v", want.Kind, want.Name, content, err)
			} else if !reflect.DeepEqual(want, got) { // cmp is too slow for fuzzing
				t.Errorf("Find(%v, %q) in %q differs from All:\n%s", want.Kind, want.Name, content, cmp.Diff(want, got))
			}
		}
	}
}

func FuzzFind(f *testing.F) {
	for _, content := range corpus(f) {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content string) {
		if len(content) < 2_000 {
			sameAsAll(t, content)
		}
	})
}

func BenchmarkFind(b *testing.B) {
	for _, n := range []int{1, 10_000} {
		doc := NewDoc("config", false, manyProfiles(n))
		for _, find := range []struct {
			name string
			kind Kind
			key  string
		}{
			{"profile", Profile, "dev"},
			{"session", SSOSession, "corp"},
			{"missing", Profile, "unknown"},
		} {
			b.Run(fmt.Sprintf("%s/profiles=%d", find.name, n), func(b *testing.B) {
				b.SetBytes(int64(len(doc.data)))
				b.ReportAllocs()
				for b.Loop() {
					s, _, err := doc.Find(find.kind, find.key)
					if err != nil || (s == nil) != (find.name == "absent") {
						b.Fatal(s, err)
					}
				}
			})
		}
		b.Run(fmt.Sprintf("all/profiles=%d", n), func(b *testing.B) {
			b.SetBytes(int64(len(doc.data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := doc.All(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkReadFile(b *testing.B) {
	path := writeFile(b, manyProfiles(10_000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readFile(path, false); err != nil {
			b.Fatal(err)
		}
	}
}
