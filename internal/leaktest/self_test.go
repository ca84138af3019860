//go:build unix

package leaktest_test

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"testing"
)

// A secret that is planted is found, in every form and place: the other tests can
// fail.
func TestPlantedSecretIsFound(t *testing.T) {
	w := newWorld(t)
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
			if _, leaks := w.secrets.in(text, 0); len(leaks) == 0 {
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
	// The caches may hold them, where only the person can read them.
	if leaks := w.fileLeaks(t); len(leaks) > 0 {
		t.Errorf("nothing was planted, but %v", leaks)
	}
	w.write(t, "home/.aws/cli/cache/x.json", w.secrets.fromTheEmulator()[0], 0o644)
	if leaks := w.fileLeaks(t); len(leaks) == 0 {
		t.Error("a file that everybody can read was not found")
	}
	w.inFiles = 0
	if leaks := w.fileLeaks(t); len(leaks) == 0 {
		t.Error("the files of another store than theirs were not looked at")
	}
}
