package awsconfig

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// sameAfterSift checks that a file read for one profile says the same about it,
// and about all that is no profile, as the whole file.
func sameAfterSift(t *testing.T, content string) {
	t.Helper()
	for _, credentials := range []bool{false, true} {
		doc := NewDoc("config", credentials, content)
		all, _, err := doc.All()
		if err != nil {
			continue
		}
		for _, s := range append(all, &Section{Kind: Profile, Name: "nobody"}) {
			for _, size := range []int{16, 64, 4096} {
				sifted, err := sift(strings.NewReader(content), "config", credentials, s.Name, size)
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range all {
					if o.Kind == Profile && o.Name != s.Name {
						continue
					}
					want, problems, _ := doc.Find(o.Kind, o.Name)
					got, found, err := sifted.Find(o.Kind, o.Name)
					if err != nil || !reflect.DeepEqual(want, got) || !reflect.DeepEqual(problems, found) {
						t.Errorf("%q read for %q: %v %q is %v, %v, %v; want %v, %v", content, s.Name, o.Kind, o.Name, got, found, err, want, problems)
					}
				}
				if got, want := mentioned(sifted), mentioned(doc); !reflect.DeepEqual(got, want) {
					t.Errorf("%q read for %q mentions %v, want %v", content, s.Name, got, want)
				}
			}
		}
	}
}

func mentioned(d *Doc) (list []string) {
	for m := range d.Mentions("refresh") {
		kind, name, ok := m.Section()
		switch said := m.Key + " = " + m.Value; {
		case !ok || kind == Other: // where a doubt is kept, it is kept together with what makes it one
		case kind == Profile && (m.Key == "sso_auto_refresh" || m.Key == "sso_refresh_window"):
			list = append(list, said) // whoever says it: repetitions are left out
		case kind == Profile: // no key that means anything
		default:
			list = append(list, kind.String()+" "+name+": "+said)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func TestReadFor(t *testing.T) {
	for name, content := range corpus(t) {
		t.Run(name, func(t *testing.T) { sameAfterSift(t, content) })
	}
	path := writeFile(t, manyProfiles(1000))
	doc, err := ReadFor(path, false, "account00500-admin")
	if err != nil {
		t.Fatal(err)
	}
	if len(doc.data) > 1000 {
		t.Errorf("%d bytes are left of a file of 1000 profiles", len(doc.data))
	}
	for _, want := range []struct {
		name string
		line int
	}{{"account00500-admin", 4001}, {"account00999-admin", 7993}, {"dev", 8001}} {
		s, _, err := doc.Lookup(Profile, want.name)
		if err != nil || s == nil || s.Line != want.line {
			t.Errorf("profile %s: %+v, %v; want line %d", want.name, s, err, want.line)
		}
	}
	if all, _, err := doc.All(); err != nil || len(all) != 1002 {
		t.Errorf("%d sections, %v; want all 1002", len(all), err)
	}
}

func FuzzReadFor(f *testing.F) {
	for _, content := range corpus(f) {
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content string) {
		if len(content) < 500 {
			sameAfterSift(t, content)
		}
	})
}

func TestRepetitionsAreLeftOut(t *testing.T) {
	const block = "sso_start_url = https://a/start\nsso_region = us-east-1\nsso_auto_refresh = true\n"
	tests := []struct {
		name, second string // the section of profile b, behind one of profile a
		kept         bool
	}{
		{"the same of another account", block + "sso_account_id = 1\n", false},
		{"another start URL", strings.Replace(block, "//a", "//b", 1), true},
		{"another value", strings.Replace(block, "true", "false", 1), true},
		{"in capitals", strings.ToUpper(block), true},
		{"a duration besides", block + "sso_session_duration = 900\n", true},
		{"no start URL", "sso_auto_refresh = true\n", true},
		{"a value that goes on", "sso_auto_refresh = true\n" + block + "x =\n  sso_auto_refresh = true\n", true},
		{"no refresh at all", "sso_start_url = https://a/start\n", false},
	}
	for _, tt := range tests {
		content := "[profile a]\n" + block + "[profile b]\n" + tt.second
		d, err := sift(strings.NewReader(content), "config", false, "nobody", 64)
		if err != nil {
			t.Fatal(err)
		}
		if kept := strings.Contains(d.data, "[profile b]"); kept != tt.kept {
			t.Errorf("%s: kept %v, want %v", tt.name, kept, tt.kept)
		}
	}
}

func BenchmarkReadFor(b *testing.B) {
	path := writeFile(b, manyProfiles(10_000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadFor(path, false, "dev"); err != nil {
			b.Fatal(err)
		}
	}
}
