package self

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSameBytes(t *testing.T) {
	dir := t.TempDir()
	long := strings.Repeat("0123456789abcdef", 1<<14)
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	a := file("a", long)
	for other, want := range map[string]bool{long: true, long[1:] + "f": false, long[1:] + "e": false, long[:len(long)-1] + "x": false, "": false} {
		if got := SameBytes(a, file("b", other)); got != want {
			t.Errorf("SameBytes with a file of %d bytes: %v", len(other), got)
		}
	}
	if SameBytes(a, filepath.Join(dir, "missing")) || SameBytes(filepath.Join(dir, "missing"), a) {
		t.Error("a missing file counts as the same")
	}
}
