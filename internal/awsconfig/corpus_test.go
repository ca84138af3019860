package awsconfig

import (
	"os"
	"path/filepath"
	"strings"
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
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, content string) {
		doc := NewDoc("config", false, content)
		var lines strings.Builder
		if doc.bom {
			lines.WriteString(bom)
		}
		s := scanner{data: doc.data}
		for l, ok := s.next(); ok; l, ok = s.next() {
			lines.WriteString(l.raw)
		}
		if got := lines.String(); got != content {
			t.Errorf("round trip: %q became %q", content, got)
		}
		if _, _, err := doc.All(); err != nil {
			return
		}
		e, err := newEditor("config", []byte(content), false)
		if err != nil {
			t.Fatalf("read, but not to be edited: %v", err)
		}
		if got := string(e.bytes()); got != content {
			t.Errorf("round trip in an editor: %q became %q", content, got)
		}
	})
}
