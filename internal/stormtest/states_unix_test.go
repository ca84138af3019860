//go:build unix

package stormtest_test

import (
	"os"
	"testing"
	"time"

	"filippo.io/age"
)

// These functions prepare a fresh sign-in before a scene, a writer or a fault.

// cold does nothing, so the cache has no role credentials.
func cold(*testing.T, *home) {}

// expired makes the token expired.
func expired(t *testing.T, h *home) { h.setToken(t, -time.Minute) }

// window makes the token due, but still valid.
func window(t *testing.T, h *home) { h.setToken(t, 5*time.Minute) }

// revoked makes the token expired and ends the session at the service.
func revoked(t *testing.T, h *home) {
	h.setToken(t, -time.Minute)
	h.srv.RevokeSessions(user)
}

// revokedAlive ends the session at the service. The date of the token is still valid.
func revokedAlive(_ *testing.T, h *home) { h.srv.RevokeSessions(user) }

// withCode makes the token expired, and gives mfa_process a code of the user's device.
func withCode(t *testing.T, h *home) {
	t.Helper()
	expired(t, h)
	code, err := h.srv.MFACode("arn:aws:iam::444455556666:mfa/jane")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.path("code"), []byte(code+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// oneCode checks that only one process asked for a code.
func oneCode(t *testing.T, h *home) {
	t.Helper()
	asked, err := os.ReadFile(h.path("codes"))
	if err != nil || string(asked) != "code\n" {
		t.Errorf("mfa_process wrote %q, %v; want one line", asked, err)
	}
}

// held caches the role credentials.
func held(t *testing.T, h *home) { checkAnswers(t, h.credentials(t, "dev")) }

// heldInItsWindow caches the role credentials and makes the token due.
func heldInItsWindow(t *testing.T, h *home) {
	held(t, h)
	h.setToken(t, 5*time.Minute)
}

const (
	encryptedStore = "encrypted"
	fileStore      = "file"
)

// migration returns the command that moves all sessions to a store. The path of the key is relative
// to the home, where the program runs.
func migration(store string) []string {
	args := []string{"store", "migrate", "--yes", "--to", store}
	if store == encryptedStore {
		args = append(args, "--age-identity", "key.txt")
	}
	return args
}

// hasKey returns a preparation that also makes a key for the encrypted store.
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

// encrypted moves everything to the encrypted store, after another preparation.
func encrypted(t *testing.T, h *home) {
	hasKey(t, h)
	h.mustRun(t, migration(encryptedStore)...)
}

// encryptedExpired leaves a refused token in the encrypted store, and no role credentials.
func encryptedExpired(t *testing.T, h *home) {
	hasKey(t, h)
	h.forgetRoles(t)
	h.mustRun(t, migration(encryptedStore)...)
	h.srv.ExpireAccessTokens()
}
