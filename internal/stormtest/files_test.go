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

// token returns the token file of the sso-session.
func (h *home) token(t *testing.T) map[string]any {
	t.Helper()
	return readJSON(t, h.cache().TokenPath("corp"))
}

// setToken makes the token's expiry lie left from now, in the session's file and,
// where there is one, its copy under the start URL. It rewrites them as the AWS
// CLI does, in place.
func (h *home) setToken(t *testing.T, left time.Duration) {
	t.Helper()
	for _, key := range []string{"corp", startURL} {
		path := h.cache().TokenPath(key)
		if _, err := os.Stat(path); err != nil && key != "corp" {
			continue
		}
		token := readJSON(t, path)
		token["expiresAt"] = ssocache.FormatTime(time.Now().Add(left))
		data, err := json.Marshal(token)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// setRole makes the cached credentials of the profile dev expire left from now.
func (h *home) setRole(t *testing.T, left time.Duration) {
	t.Helper()
	path := filepath.Join(h.cache().Roles(), ssocache.RoleName("111122223333", "AdministratorAccess", "corp", ""))
	role := readJSON(t, path)
	role["Credentials"].(map[string]any)["Expiration"] = ssocache.FormatTime(time.Now().Add(left))
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

// files lists the files below dir, which need not exist, whose names end in
// suffix.
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

// checkFiles checks what every test must leave behind: cache files that can be
// read, by nobody else, and locks that nobody holds.
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
		t.Error("there is no lock file beside the caches: do the names of this test still fit?")
	}
	for _, path := range locks {
		lock, err := filelock.Try(path)
		if err != nil {
			t.Errorf("after all processes have ended: %v", err)
		}
		lock.Release()
	}
}
