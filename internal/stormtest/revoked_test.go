package stormtest_test

import (
	"testing"
	"time"

	"lanyard/emulator"
)

// A storm on a session that has ended costs as little as one that succeeds, and
// tells everybody the same.
func TestStormOnRevokedSession(t *testing.T) {
	tests := []struct {
		name string
		left time.Duration // of the token, by its own date
	}{
		{"expired token", -time.Minute},
		{"token that lives by its date", 50 * time.Minute},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			h.setToken(t, tt.left)
			h.srv.RevokeSessions(user)
			h.slow(latency)

			results, took := h.gather(t, crowd, dev).run(t)

			for i, r := range results {
				if checkEnded(t, r); t.Failed() {
					t.Fatalf("that was process %d of %d", i, len(results))
				}
			}
			if got := h.srv.Count("CreateToken"); got < 1 || got > 2 {
				t.Errorf("CreateToken was called %d times, want 1 or 2", got)
			}
			h.checkFiles(t)
			t.Logf("%v, to compare with 6 s; GetRoleCredentials was called %d times", took, h.srv.Count("GetRoleCredentials"))
		})
	}
}
