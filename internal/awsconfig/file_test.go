package awsconfig

import (
	"os"
	"path/filepath"
	"testing"
)

// corpus returns the files of testdata by name.
func corpus(tb testing.TB) map[string]string {
	tb.Helper()
	paths, err := filepath.Glob("testdata/corpus/*")
	if err != nil || len(paths) == 0 {
		tb.Fatal("no files in testdata/corpus", err)
	}
	files := make(map[string]string)
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			tb.Fatal(err)
		}
		files[filepath.Base(path)] = string(b)
	}
	return files
}

// writeFile returns the path of a new file with this content.
func writeFile(tb testing.TB, content string) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "config")
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatal(err)
	}
	return path
}

func FuzzRoundTrip(f *testing.F) {
	for _, content := range corpus(f) {
		f.Add([]byte(content))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		file := Parse(b)
		if got := file.Bytes(); string(got) != string(b) {
			t.Errorf("round trip: %q became %q", b, got)
		}
		_, _, _ = file.Sections("config")
	})
}
