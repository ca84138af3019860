//go:build unix

package leaktest_test

// The search covers the program's outputs, the arguments and environments of its processes,
// and the files below the fixture's root.

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlantedSecretIsFound plants secrets in every form and place, and checks that the search
// finds them. So the other tests can fail.
func TestPlantedSecretIsFound(t *testing.T) {
	w := newFixture(t)
	w.store = stores()[0]
	w.signIn(t)
	w.run(t, key, 0, "sso", "get-credentials", "--profile", "dev")
	for _, value := range w.secrets.fromTheEmulator() {
		for name, text := range map[string]string{
			"plain": value, "cut": value[:len(value)/2] + "…", "hex": hex.EncodeToString([]byte(value)),
			"for a URL": url.QueryEscape(value), "base64": base64.StdEncoding.EncodeToString([]byte(`{"x":"` + value + `"}`)),
			"base64 for a URL": base64.RawURLEncoding.EncodeToString([]byte("ab" + value)),
		} {
			text = "time=now msg=\"" + text + "\" more"
			if _, leaks := w.secrets.kindsIn(text, 0); len(leaks) == 0 {
				t.Errorf("%s: not found in an output", name)
			}
			for _, file := range []string{"home/.aws/sso/cache/.x.outcome", "home/.aws/x.json", "run/x.log", "tmp/core", "work/core"} {
				w.write(t, file, text, 0o600)
				if leaks := w.fileLeaks(t); len(leaks) == 0 {
					t.Errorf("%s: not found in %s", name, file)
				}
				w.write(t, file, "", 0o600)
			}
		}
	}
	// The caches may hold secrets if only the user can read them.
	if leaks := w.fileLeaks(t); len(leaks) > 0 {
		t.Errorf("found %v without planted secrets, want none", leaks)
	}
	w.write(t, "home/.aws/cli/cache/x.json", w.secrets.fromTheEmulator()[0], 0o644)
	if leaks := w.fileLeaks(t); len(leaks) == 0 {
		t.Error("a secret in a file with mode 0644 was not found")
	}
	w.inFiles = 0
	if leaks := w.fileLeaks(t); len(leaks) == 0 {
		t.Error("secrets in the files of another store were not found")
	}
}

// checkOutputs searches the latest output of the program, and the arguments and
// environments of its processes. TestFullRun searches all of them again at its end, when
// all secrets are known.
func (w *fixture) checkOutputs(t *testing.T) {
	t.Helper()
	last := w.outputs[max(0, len(w.outputs)-2):]
	w.checkTexts(t, append(last, w.seen.taken()...))
}

func (w *fixture) checkTexts(t *testing.T, texts []output) {
	t.Helper()
	for _, o := range texts {
		if _, leaks := w.secrets.kindsIn(o.text, o.may); len(leaks) > 0 {
			t.Errorf("%s holds secrets: %v", o.name, leaks)
		}
	}
}

// atRest lists the folders that the program writes to.
var atRest = []string{"home", "run", "tmp", "work", "ring"}

// checkFiles searches every file that the program may have written.
func (w *fixture) checkFiles(t *testing.T, moment string) {
	t.Helper()
	for _, leak := range w.fileLeaks(t) {
		t.Errorf("%s: %s", moment, leak)
	}
}

func (w *fixture) fileLeaks(t *testing.T) (leaks []string) {
	t.Helper()
	for _, dir := range atRest {
		err := filepath.WalkDir(w.path(dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				var data []byte
				if data, err = os.ReadFile(path); err == nil {
					leaks = append(leaks, w.fileLeak(path, string(data))...)
				}
			}
			if errors.Is(err, fs.ErrNotExist) {
				return nil // the agent changes files
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	return leaks
}

// fileLeak returns a description of each secret that a file must not hold. It also describes
// a wrong mode of a file with secrets.
func (w *fixture) fileLeak(path, text string) (leaks []string) {
	may := kind(0)
	if cache := filepath.Dir(path); (strings.HasSuffix(path, ".json") || strings.Contains(path, ".json.tmp-")) &&
		(cache == w.path("home/.aws/sso/cache") || cache == w.path("home/.aws/cli/cache")) {
		may = w.inFiles
	}
	if path == w.path("home/.aws/credentials") {
		may = key // credentials write
	}
	holds, found := w.secrets.kindsIn(text, may)
	for _, f := range found {
		leaks = append(leaks, strings.TrimPrefix(path, w.root)+" holds a "+f.String())
	}
	if info, err := os.Stat(path); holds != 0 && err == nil && info.Mode().Perm() != 0o600 {
		leaks = append(leaks, strings.TrimPrefix(path, w.root)+" has mode "+info.Mode().String())
	}
	return leaks
}

// checkSignedOut checks that a logout has left no secrets, except in the client
// registration.
func (w *fixture) checkSignedOut(t *testing.T) {
	t.Helper()
	for _, dir := range []string{"home/.aws/sso/cache", "home/.aws/cli/cache"} {
		files, err := filepath.Glob(w.path(dir + "/*"))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Error(err)
			}
			if _, leaks := w.secrets.kindsIn(string(data), registration); len(leaks) > 0 {
				t.Errorf("after the logout %s holds secrets: %v", filepath.Base(path), leaks)
			}
		}
	}
	if got := w.run(t, 0, 0, "store"); !strings.Contains(got, " no ") || !strings.HasSuffix(strings.TrimSpace(got), " 0") {
		t.Errorf("after the logout the stores hold\n%s", got)
	}
	for path, text := range w.store.opened(t, w) {
		if _, leaks := w.secrets.kindsIn(text, registration); len(leaks) > 0 {
			t.Errorf("after the logout %s holds secrets: %v", path, leaks)
		}
	}
}
