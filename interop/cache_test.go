package interop_test

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"os"
	"regexp"
	"testing"
	"time"
)

// tokenPath is where all clients look for the token of the home's sign-in.
func (h *home) tokenPath() string {
	key := h.session
	if key == "" {
		key = startURL
	}
	sum := sha1.Sum([]byte(key))
	return h.path(".aws", "sso", "cache", hex.EncodeToString(sum[:])+".json")
}

// token reads the token file, whoever wrote it.
func (h *home) token(t *testing.T) (tok struct {
	AccessToken, RefreshToken, ClientID, ClientSecret, Region, StartURL string
	ExpiresAt, RegistrationExpiresAt                                    time.Time
},
) {
	t.Helper()
	data, err := os.ReadFile(h.tokenPath())
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &tok); err != nil {
		t.Fatalf("token file: %v", err)
	}
	return tok
}

var expiry = regexp.MustCompile(`("expiresAt"\s*:\s*)"[^"]*"`)

// setExpiry changes one value of the token file and leaves the form in which its
// writer wrote it.
func (h *home) setExpiry(t *testing.T, at time.Time) {
	t.Helper()
	data, err := os.ReadFile(h.tokenPath())
	if err != nil {
		t.Fatal(err)
	}
	aged := expiry.ReplaceAll(data, []byte(`${1}"`+at.UTC().Format(time.RFC3339)+`"`))
	if err := os.WriteFile(h.tokenPath(), aged, 0o600); err != nil {
		t.Fatal(err)
	}
}

// expire makes an hour pass for the token, on both sides, and for the role
// credentials. The clock itself stays: it belongs to every client too.
func (h *home) expire(t *testing.T) {
	t.Helper()
	h.setExpiry(t, time.Now().Add(-time.Minute))
	h.srv.ExpireAccessTokens()
	h.forgetRoles(t)
}

// forgetRoles removes the role credentials, so that the next use needs a token.
func (h *home) forgetRoles(t *testing.T) {
	t.Helper()
	for _, name := range h.listing(t, "cli", ".json") {
		if err := os.Remove(h.path(".aws", "cli", "cache", name)); err != nil {
			t.Fatal(err)
		}
	}
}
