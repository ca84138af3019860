package awsconfig

import (
	"reflect"
	"strings"
	"testing"
)

// sameAfterSift checks a file that was read for one profile. That profile, the sessions, the
// services and the other sections must be the same as in the whole file.
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
			}
		}
	}
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
		t.Errorf("ReadFor kept %d bytes of a file with 1000 profiles", len(doc.data))
	}
	for _, want := range []struct {
		name string
		line int
	}{{"account00500-admin", 4001}, {"account00999-admin", 7993}, {"dev", 8001}} {
		s, _, err := doc.Find(Profile, want.name)
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

func BenchmarkReadFor(b *testing.B) {
	path := writeFile(b, manyProfiles(10_000))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ReadFor(path, false, "dev"); err != nil {
			b.Fatal(err)
		}
	}
}
