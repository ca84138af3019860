package awsconfig

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	file := writeFile(t, "[default]\nregion = x\n")
	tests := []struct {
		name, path string
		sections   int // -1 means an error that names the path
	}{
		{"a file", file, 1},
		{"a missing file", filepath.Join(dir, "absent"), 0},
		{"no path", "", 0},
		{"a file used as a folder", filepath.Join(file, "config"), 0},
		{"a folder", dir, -1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole, err := readFile(tt.path, false)
			sifted, err2 := ReadFor(tt.path, false, "default")
			if tt.sections < 0 {
				for _, err := range []error{err, err2} {
					if err == nil || !strings.Contains(err.Error(), tt.path) {
						t.Errorf("error %v, want an error that names %s", err, tt.path)
					}
				}
				return
			}
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			for _, doc := range []*Doc{whole, sifted} {
				if all, _, err := doc.All(); err != nil || len(all) != tt.sections {
					t.Errorf("%d sections, %v; want %d", len(all), err, tt.sections)
				}
			}
		})
	}
}

func TestUnreadableFile(t *testing.T) {
	file := writeFile(t, "[default]\n")
	if err := os.Chmod(file, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(file); err == nil {
		t.Skip("this user can read every file")
	}
	if _, err := readFile(file, false); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("error %v, want an error that names %s", err, file)
	}
}

func TestNilDocIsEmpty(t *testing.T) {
	var doc *Doc
	s, _, err := doc.Find(Profile, "default")
	all, _, err2 := doc.All()
	if s != nil || all != nil || err != nil || err2 != nil {
		t.Errorf("%v, %v, %v, %v; want nothing", s, all, err, err2)
	}
	if _, ok := s.Get("region"); ok {
		t.Error("a nil section has a region")
	}
}

func TestCutComment(t *testing.T) {
	tests := []struct {
		value, want string
		cut         bool
	}{
		{"43200  # 12 hours in seconds", "43200", true},
		{"true\t; yes", "true", true},
		{"a#b ;c #d", "a#b", true},
		{"a#b;c", "a#b;c", false},
		{"# c", "# c", false},
		{"", "", false},
		{"x\u00a0#", "x", true},
	}
	for _, tt := range tests {
		if got, cut := CutComment(tt.value); got != tt.want || cut != tt.cut {
			t.Errorf("CutComment(%q) = %q, %v; want %q, %v", tt.value, got, cut, tt.want, tt.cut)
		}
	}
}
