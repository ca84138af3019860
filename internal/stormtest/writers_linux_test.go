//go:build amd64 || arm64

package stormtest_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
)

// writers lists the commands that change the caches or the config.
func writers() []writer {
	get := []string{"sso", "get-credentials", "--profile", "dev"}
	login := []string{"sso", "login", "--no-browser", "--sso-session", "corp"}
	return []writer{
		{name: "renewal, grace", short: true, grace: grace, config: config, prepare: expired, args: get},
		{name: "renewal, single use", config: config, prepare: expired, args: get, ended: true},
		{name: "renewal with a copy for legacy profiles, grace", grace: grace, config: bothConfig, prepare: expired, args: get},
		{name: "early renewal", grace: grace, config: config, prepare: heldInItsWindow, args: get},
		{name: "role credentials", config: config, prepare: cold, args: get},
		{name: "login over an expired session", config: bothConfig, prepare: expired, args: login, approve: true},
		{name: "logout", config: config, prepare: held, args: []string{"sso", "logout"}, ended: true, finish: signsOut},
		{name: "configure set", config: config, prepare: held, args: []string{"configure", "set", "region", "eu-west-1", "--profile", "dev"}},
		{name: "migration", config: config, prepare: hasKey, args: migration(encryptedStore), finish: migrates(encryptedStore)},
		{name: "migration back", config: config, prepare: encrypted, args: migration(fileStore), finish: migrates(fileStore)},
		{name: "renewal in the encrypted store, grace", grace: grace, config: config, prepare: encryptedExpired, args: get},
		{name: "renewal in the encrypted store, single use", config: config, prepare: encryptedExpired, args: get, ended: true},
	}
}

// held has the role's credentials in the cache too.
func held(t *testing.T, h *home) { checkAnswers(t, []result{h.credentials(t, "dev")}) }

func heldInItsWindow(t *testing.T, h *home) {
	held(t, h)
	h.setToken(t, 5*time.Minute)
}

const (
	encryptedStore = "encrypted"
	fileStore      = "file"
)

// migration is the command that moves everything to a store; the key's name counts
// from the home.
func migration(to string) []string {
	args := []string{"store", "migrate", "--yes", "--to", to}
	if to == encryptedStore {
		args = append(args, "--age-identity", "key.txt")
	}
	return args
}

// hasKey has a key for the encrypted store too.
func hasKey(t *testing.T, h *home) {
	held(t, h)
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.path("key.txt"), []byte(key.String()+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func encrypted(t *testing.T, h *home) {
	hasKey(t, h)
	h.mustRun(t, migration(encryptedStore)...)
}

// encryptedExpired has a token that the service refuses, and no credentials.
func encryptedExpired(t *testing.T, h *home) {
	hasKey(t, h)
	h.forgetRoles(t)
	h.mustRun(t, migration(encryptedStore)...)
	h.srv.ExpireAccessTokens()
}

// migrates checks that the command that was killed can be given again, and leaves
// nothing where it was.
func migrates(to string) func(t *testing.T, h *home) {
	return func(t *testing.T, h *home) {
		h.mustRun(t, migration(to)...)
		checkAnswers(t, []result{h.credentials(t, "dev")})
		inClear, sealed := len(h.files(t, h.path(".aws"), ".json")), len(h.files(t, h.path(".aws"), ".age"))
		if to == encryptedStore && inClear > 0 || to == fileStore && sealed > 0 {
			t.Errorf("after the migration to %s there are %d files in clear and %d encrypted ones", to, inClear, sealed)
		}
		for _, path := range h.files(t, h.path(".aws"), "") {
			if to == encryptedStore && strings.Contains(string(read(t, path)), `"accessToken"`) {
				t.Errorf("%s has a token in clear", path)
			}
		}
	}
}

// signsOut checks the same of a logout.
func signsOut(t *testing.T, h *home) {
	h.mustRun(t, "sso", "logout")
	checkEnded(t, h.credentials(t, "dev"))
	h.signIn(t)
	checkAnswers(t, []result{h.credentials(t, "dev")})
}

func (h *home) mustRun(t *testing.T, args ...string) {
	t.Helper()
	if r := h.run(t, args...); r.code != 0 {
		t.Errorf("%v: exit %d: %s", args, r.code, r.stderr)
	}
}
