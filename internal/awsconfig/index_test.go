package awsconfig

import (
	"bytes"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// sameByIndex checks the part of a file that an index finds for each profile. It must be what a
// search of the whole file finds.
func sameByIndex(t *testing.T, content string) {
	t.Helper()
	doc := NewDoc("config", false, content)
	all, _, err := doc.All()
	index := makeIndex(stamp{}, []byte(content))
	if err != nil || index == nil {
		return
	}
	for _, s := range append(all, &Section{Kind: Profile, Name: "nobody"}) {
		found, ok := lookUp(strings.NewReader(content), bytes.NewReader(index), uint64(len(index)), stamp{}, "config", s.Name)
		if !ok {
			t.Fatalf("%q: the index of the file is not valid", content)
		}
		for _, o := range all {
			if o.Kind == Profile && o.Name != s.Name {
				continue
			}
			want, problems, _ := doc.Find(o.Kind, o.Name)
			got, more, err := found.Find(o.Kind, o.Name)
			if err != nil || !reflect.DeepEqual(want, got) || !reflect.DeepEqual(problems, more) {
				t.Errorf("%q by index for %q: %v %q is %v, %v, %v; want %v, %v", content, s.Name, o.Kind, o.Name, got, more, err, want, problems)
			}
		}
	}
}

func TestIndexFindsWhatASearchFinds(t *testing.T) {
	for name, content := range corpus(t) {
		t.Run(name, func(t *testing.T) { sameByIndex(t, content) })
	}
	for _, content := range []string{
		"[profile a]\nx=1\n[profile a]\ny=2\n[profile ab]\nx=3\n", "[profile a]]\nx=1\n[profile a] # c\nx=2\n[profile 'a']\nx=3\n",
		"# c\n\n[profile a]\r\nx=1\r\n[profile b]\rx=2\r[profile c]\rx=3", "[profile a]\nx=1\n [profile b]\n y=2\n[DEFAULT]\nz=1\n[profile é]\nx=2",
		"[profile a]\nx =\n  [profile b]\n  y=1\n[profile b]\nx=2\n", "[default]\na=1\n[sso-session s]\nb=1\n[profile  a]\nx=1\n[profile\ta]\nx=2\n",
	} {
		sameByIndex(t, content)
	}
}

func FuzzIndex(f *testing.F) {
	f.Add("[profile a]\nx=1\n[profile b]\ny=2\n[default]\n")
	f.Add("a\r[profile a] \r\n x=1\n [profile b]\n[profile 'a']\n")
	f.Fuzz(func(t *testing.T, content string) { sameByIndex(t, content) })
}

// An index that does not describe exactly the file must not be used.
func TestIndexOfAChangedFileIsNotUsed(t *testing.T) {
	if runtime.GOOS != "linux" && runtime.GOOS != "darwin" {
		t.Skip("an index needs the time of change of Linux or macOS")
	}
	content := manyProfiles(10_000)
	path := writeFile(t, content)
	index, err := MakeIndex(path)
	if err != nil || index == nil {
		t.Skipf("the file system of the test has no exact times: %v", err)
	}
	if err := os.MkdirAll(filepath.Dir(IndexPath(path)), 0o700); err != nil {
		t.Fatal(err)
	}
	write := func(index []byte) {
		t.Helper()
		if err := os.WriteFile(IndexPath(path), index, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	region := func() string {
		t.Helper()
		doc, err := ReadFor(path, false, "account00500-admin")
		if err != nil {
			t.Fatal(err)
		}
		s, _, err := doc.Find(Profile, "account00500-admin")
		if err != nil || s == nil || s.Line != 4001 {
			t.Fatalf("%+v, %v", s, err)
		}
		v, _ := s.Get("region")
		return v.Value
	}
	write(index)
	before := region()
	// This index is valid, but has wrong places. The test sees that ReadFor uses the index.
	broken := bytes.Clone(index)
	for i := wordSize * (headWords + entryWords); i < len(broken); i++ {
		broken[i] = 0
	}
	write(broken)
	if doc, err := ReadFor(path, false, "account00500-admin"); err != nil {
		t.Fatal(err)
	} else if s, _, _ := doc.Find(Profile, "account00500-admin"); s != nil {
		t.Error("ReadFor did not use the index")
	}
	write(index[:len(index)-1])
	if region() != before {
		t.Error("a short index was used")
	}
	write(index)
	// Change one byte in place, and set the old time of modification.
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	changed := strings.ReplaceAll(content, before, "x"+before[1:])
	file, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := file.WriteString(changed); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(path, time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if got := region(); got != "x"+before[1:] {
		t.Errorf("after a change in place the region is %q", got)
	}
}
