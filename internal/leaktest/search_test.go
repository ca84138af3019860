//go:build unix

package leaktest_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkOutputs looks for secrets in what the program has written, and in the
// arguments and environments that its processes had. Each is looked at once more
// at the end, when everything is known.
func (w *world) checkOutputs(t *testing.T) {
	t.Helper()
	last := w.outputs[max(0, len(w.outputs)-2):]
	w.checkTexts(t, append(last, w.seen.taken()...))
}

func (w *world) checkTexts(t *testing.T, texts []output) {
	t.Helper()
	for _, o := range texts {
		if _, leaks := w.secrets.in(o.text, o.may); len(leaks) > 0 {
			t.Errorf("%s holds secrets: %v", o.name, leaks)
		}
	}
}

// atRest are the folders that the program writes to.
var atRest = []string{"home", "run", "tmp", "work", "ring"}

// checkFiles looks for secrets in every file that the program can have left.
func (w *world) checkFiles(t *testing.T, when string) {
	t.Helper()
	for _, leak := range w.fileLeaks(t) {
		t.Errorf("%s: %s", when, leak)
	}
}

func (w *world) fileLeaks(t *testing.T) (leaks []string) {
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
				return nil // the agent is at work
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	return leaks
}

// fileLeak judges one file.
func (w *world) fileLeak(path, text string) (leaks []string) {
	may := kind(0)
	if cache := filepath.Dir(path); (strings.HasSuffix(path, ".json") || strings.Contains(path, ".json.tmp-")) &&
		(cache == w.path("home/.aws/sso/cache") || cache == w.path("home/.aws/cli/cache")) {
		may = w.inFiles
	}
	holds, found := w.secrets.in(text, may)
	for _, f := range found {
		leaks = append(leaks, strings.TrimPrefix(path, w.root)+" holds a "+f.String())
	}
	if info, err := os.Stat(path); holds != 0 && err == nil && info.Mode().Perm() != 0o600 {
		leaks = append(leaks, strings.TrimPrefix(path, w.root)+" has mode "+info.Mode().String())
	}
	return leaks
}

// checkSignedOut looks for what must be gone after a sign-out: all but the
// registration.
func (w *world) checkSignedOut(t *testing.T) {
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
			if _, leaks := w.secrets.in(string(data), registration); len(leaks) > 0 {
				t.Errorf("signed out, but %s holds secrets: %v", filepath.Base(path), leaks)
			}
		}
	}
	if got := w.run(t, 0, 0, "store"); !strings.Contains(got, " no ") || !strings.HasSuffix(strings.TrimSpace(got), " 0") {
		t.Errorf("signed out, but the stores hold\n%s", got)
	}
	for path, text := range w.store.opened(t, w) {
		if _, leaks := w.secrets.in(text, registration); len(leaks) > 0 {
			t.Errorf("signed out, but %s holds secrets: %v", path, leaks)
		}
	}
}
