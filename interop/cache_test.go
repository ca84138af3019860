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

// tokenPath returns the path at which all clients look for the home's token.
func (h *home) tokenPath() string {
	key := h.session
	if key == "" {
		key = startURL
	}
	sum := sha1.Sum([]byte(key))
	return h.path(".aws", "sso", "cache", hex.EncodeToString(sum[:])+".json")
}

// token reads the token file. Any of the clients may have written the file.
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

// setExpiry changes the expiry in the token file. It keeps the other fields as the client wrote
// them.
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

// expire makes the access token expire in the file and at the service, and removes the role
// credentials. It does not move a clock, because the clients have their own clocks.
func (h *home) expire(t *testing.T) {
	t.Helper()
	h.setExpiry(t, time.Now().Add(-time.Minute))
	h.srv.ExpireAccessTokens()
	h.forgetRoles(t)
}

// forgetRoles removes the role credentials, so that the next call needs a token.
func (h *home) forgetRoles(t *testing.T) {
	t.Helper()
	for _, name := range h.listing(t, "cli", ".json") {
		if err := os.Remove(h.path(".aws", "cli", "cache", name)); err != nil {
			t.Fatal(err)
		}
	}
}
