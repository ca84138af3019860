//go:build unix

package stormtest_test

import (
	"os"
	"testing"
	"time"

	"filippo.io/age"
)

// What becomes of a fresh sign-in before a scene, a writer or a fault begins.

// cold leaves it alone: no role credentials are cached yet.
func cold(*testing.T, *home) {}

// expired leaves an expired token.
func expired(t *testing.T, h *home) { h.setToken(t, -time.Minute) }

// window leaves a token that is due and still lives.
func window(t *testing.T, h *home) { h.setToken(t, 5*time.Minute) }

// revoked leaves a token whose session the service has ended.
func revoked(t *testing.T, h *home) {
	h.setToken(t, -time.Minute)
	h.srv.RevokeSessions(user)
}

// revokedAlive leaves such a token that is valid by its date.
func revokedAlive(_ *testing.T, h *home) { h.srv.RevokeSessions(user) }

// held puts the role's credentials into the cache.
func held(t *testing.T, h *home) { checkAnswers(t, h.credentials(t, "dev")) }

// heldInItsWindow does so, and leaves a token that is due.
func heldInItsWindow(t *testing.T, h *home) {
	held(t, h)
	h.setToken(t, 5*time.Minute)
}

const (
	encryptedStore = "encrypted"
	fileStore      = "file"
)

// migration returns the command that moves everything to a store. The key's path is
// relative to the home, where the program runs.
func migration(to string) []string {
	args := []string{"store", "migrate", "--yes", "--to", to}
	if to == encryptedStore {
		args = append(args, "--age-identity", "key.txt")
	}
	return args
}

// hasKey also makes a key for the encrypted store.
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

// encrypted moves all this to the encrypted store.
func encrypted(t *testing.T, h *home) {
	hasKey(t, h)
	h.mustRun(t, migration(encryptedStore)...)
}

// encryptedExpired leaves a token in the encrypted store that the service refuses,
// and no role credentials.
func encryptedExpired(t *testing.T, h *home) {
	hasKey(t, h)
	h.forgetRoles(t)
	h.mustRun(t, migration(encryptedStore)...)
	h.srv.ExpireAccessTokens()
}
