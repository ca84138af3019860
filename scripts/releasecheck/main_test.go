package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDifferences(t *testing.T) {
	one := map[string]string{"same": "1", "changed": "1", "only in one": "1"}
	two := map[string]string{"same": "1", "changed": "2", "only in two": "1"}
	want := []string{"changed", "only in one", "only in two"}
	if diff := cmp.Diff(want, differences(one, two)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestInAnyOrder(t *testing.T) {
	one, two := "ReleaseDate: 1\nfirst\nsecond\n", "second\nReleaseDate: 2\nfirst\n"
	if a, b := inAnyOrder([]byte(one)), inAnyOrder([]byte(two)); string(a) != string(b) {
		t.Errorf("%q and %q differ", a, b)
	}
	if string(inAnyOrder([]byte("other\n"))) == string(inAnyOrder([]byte(one))) {
		t.Error("two texts with other lines are equal")
	}
}

func TestCompareDownloads(t *testing.T) {
	want := map[string]string{"a.tar.gz": "1", "b.tar.gz": "2"}
	a, b := download{releases + "v1.0.0/a.tar.gz", "1"}, download{releases + "v1.0.0/b.tar.gz", "2"}
	for _, tt := range []struct {
		name      string
		downloads []download
		problem   string // "" if there is no problem
	}{
		{"correct", []download{a, b}, ""},
		{"a wrong sum", []download{a, {b.url, "1"}}, `b.tar.gz has the sum "1", want 2`},
		{"a missing archive", []download{a}, "b.tar.gz is missing"},
		{"an unknown archive", []download{a, b, {releases + "v1.0.0/c.tar.gz", "3"}}, "c.tar.gz does not exist"},
		{"another host", []download{a, {"https://example.com/b.tar.gz", "2"}}, "https://example.com/b.tar.gz is not an address of a release"},
	} {
		got := strings.Join(compareDownloads(tt.downloads, want), "\n")
		if got != tt.problem {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.problem)
		}
	}
}

func TestCaskDownloads(t *testing.T) {
	text := "  on_macos do\n    on_intel do\n      sha256 \"12\"\n      url \"https://host/v1/lanyard_#{version}_darwin_amd64.tar.gz\"\n    end\n"
	want := []download{{"https://host/v1/lanyard_1.2.3_darwin_amd64.tar.gz", "12"}}
	if diff := cmp.Diff(want, caskDownloads(text, "1.2.3"), cmp.AllowUnexported(download{})); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestCompareFiles(t *testing.T) {
	want := map[string][]byte{"a": []byte("a"), "b": []byte("b"), "c": []byte("c")}
	got := map[string]packedFile{
		"a": {mode: 0o644, sum: sum([]byte("other"))},
		"b": {mode: 0o600, sum: sum([]byte("b"))},
		"d": {mode: 0o644},
	}
	var out strings.Builder
	c := &check{out: &out}
	c.compareFiles("x.deb", got, want)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	slices.Sort(lines)
	wantLines := []string{
		"FAILED: x.deb: a has another content", "FAILED: x.deb: b has mode -rw-------, want 0644",
		"FAILED: x.deb: c is missing", "FAILED: x.deb: d is not expected",
	}
	if diff := cmp.Diff(wantLines, lines); diff != "" || c.failures != 4 {
		t.Errorf("%d failures, want 4 (-want +got)\n%s", c.failures, diff)
	}
}

// An apk with a wrong digest is refused.
func TestReadAPK(t *testing.T) {
	files := stream(t, "usr/bin/lanyard", "program", true)
	for digest, ok := range map[string]bool{sum(files): true, sum(nil): false} {
		control := stream(t, ".PKGINFO", "pkgname = lanyard\narch = x86_64\ndatahash = "+digest+"\n", false)
		file := filepath.Join(t.TempDir(), "x.apk")
		if err := os.WriteFile(file, append(control, files...), 0o600); err != nil {
			t.Fatal(err)
		}
		arch, got, err := readAPK(file)
		if ok != (err == nil) || ok && (arch != "x86_64" || string(got["usr/bin/lanyard"].data) != "program" || got["usr/bin/lanyard"].mode != fs.FileMode(0o755)) {
			t.Errorf("%s, %v, %v; want an error: %v", arch, got, err, !ok)
		}
	}
}

// stream returns a compressed tar stream with one file.
func stream(t *testing.T, name, content string, end bool) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	w := tar.NewWriter(z)
	if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o755, Size: int64(len(content)), Typeflag: tar.TypeReg}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	finish := w.Flush // the first stream of an apk has no end mark
	if end {
		finish = w.Close
	}
	if err := finish(); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// removeAll removes folders without write permission. mountedIn finds the folders that it keeps.
func TestRemoveAll(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "x")
	if err := os.MkdirAll(filepath.Join(dir, "readonly"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "readonly", "file"), nil, 0o400); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Join(dir, "readonly"), 0o500); err != nil {
		t.Fatal(err)
	}
	if err := removeAll(dir); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder still exists: %v", err)
	}
	text := "25 1 0:6 / /dev rw - devtmpfs\n26 25 0:23 / /tmp/x/root/proc rw - proc proc\n"
	for dir, want := range map[string]bool{"/tmp/x": true, "/tmp/x/root": true, "/tmp": true, "/tmp/x/root/proc": true, "/tmp/xy": false, "/tmp/x/roo": false} {
		if got := mountedIn(text, dir); got != want {
			t.Errorf("mountedIn(%s) is %v, want %v", dir, got, want)
		}
	}
}
