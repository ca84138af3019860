package stormtest_test

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/internal/filelock"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

func (h *home) cache() ssocache.Dir { return ssocache.Dir{Home: h.dir} }

// token returns the token file of the [sso-session].
func (h *home) token(t *testing.T) map[string]any {
	t.Helper()
	return readJSON(t, h.cache().TokenPath("corp"))
}

// setToken makes the token expire after lifetime, in the session's file and in the copy under the
// start URL, if this copy exists. It rewrites the files in place, like the AWS CLI.
func (h *home) setToken(t *testing.T, lifetime time.Duration) {
	t.Helper()
	for _, key := range []string{"corp", startURL} {
		path := h.cache().TokenPath(key)
		if _, err := os.Stat(path); err != nil && key != "corp" {
			continue
		}
		token := readJSON(t, path)
		token["expiresAt"] = ssocache.FormatTime(time.Now().Add(lifetime))
		data, err := json.Marshal(token)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// setRole makes the cached credentials of the profile dev expire after lifetime.
func (h *home) setRole(t *testing.T, lifetime time.Duration) {
	t.Helper()
	path := filepath.Join(h.cache().Roles(), ssocache.RoleName("111122223333", "AdministratorAccess", "corp", ""))
	role := readJSON(t, path)
	role["Credentials"].(map[string]any)["Expiration"] = ssocache.FormatTime(time.Now().Add(lifetime))
	data, err := json.Marshal(role)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// forgetRoles removes all cached role credentials.
func (h *home) forgetRoles(t *testing.T) {
	t.Helper()
	for _, path := range h.files(t, h.cache().Roles(), ".json") {
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
	}
}

func readJSON(t *testing.T, path string) map[string]any {
	t.Helper()
	return parse(t, path, read(t, path))
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func parse(t *testing.T, path string, data []byte) map[string]any {
	t.Helper()
	var v map[string]any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v in %q", path, err, data)
	}
	return v
}

// files lists the files below dir whose names end in suffix. dir may not exist.
func (h *home) files(t *testing.T, dir, suffix string) []string {
	t.Helper()
	var found []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(path, suffix) {
			found = append(found, path)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return found
}

// checkFiles checks that all cache files are complete, that other users cannot read them, and
// that no process holds a lock.
func (h *home) checkFiles(t *testing.T) {
	t.Helper()
	for _, path := range h.files(t, h.path(".aws"), ".json") {
		readJSON(t, path)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: mode %v, %v; others must not read it", path, info.Mode(), err)
		}
	}
	locks := h.files(t, h.path(".aws"), ".lock")
	if len(locks) == 0 {
		t.Error("found no lock file beside the caches; this test may look for the wrong name")
	}
	for _, path := range locks {
		lock, err := filelock.Try(path)
		if err != nil {
			t.Errorf("after all processes have ended: %v", err)
		}
		lock.Release()
	}
}

// corrupt counts the cache files that cannot be parsed.
func (h *home) corrupt(t *testing.T) (n int) {
	t.Helper()
	for _, path := range h.files(t, h.path(".aws"), ".json") {
		data, err := os.ReadFile(path)
		if err != nil || !json.Valid(data) {
			t.Errorf("%s: %v, %q; want JSON", path, err, data)
			n++
		}
	}
	return n
}

// checkSuccessors checks that each JSON file is unchanged or completely new. A new file has
// all fields of the old file. A new token file has a new access token and a new refresh
// token.
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
