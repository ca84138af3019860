package stormtest_test

import (
	"encoding/json"
	"os"
	"testing"
)

// corrupt counts the cache files that make no sense.
func (h *home) corrupt(t *testing.T) (n int) {
	t.Helper()
	for _, path := range h.files(t, h.path(".aws"), ".json") {
		data, err := os.ReadFile(path)
		if err != nil || !json.Valid(data) {
			t.Errorf("%s: %v, %q", path, err, data)
			n++
		}
	}
	return n
}

// checkSuccessors checks that each JSON file is what it was, or a whole new one:
// with all fields that the old one had, and of a token both halves new.
func (h *home) checkSuccessors(t *testing.T, before map[string][]byte) {
	t.Helper()
	for _, path := range h.files(t, h.path(".aws"), ".json") {
		old, ok := before[path]
		if !ok || string(read(t, path)) == string(old) {
			continue
		}
		was, is := parse(t, path, old), readJSON(t, path)
		for field := range was {
			if is[field] == nil {
				t.Errorf("%s: the new content has no %s", path, field)
			}
		}
		for _, field := range []string{"accessToken", "refreshToken"} {
			if was[field] != nil && was[field] == is[field] {
				t.Errorf("%s: the new content has the old %s", path, field)
			}
		}
	}
}
