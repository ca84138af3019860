package stormtest_test

// In these tests, processes find a token that is due, refused, or being rewritten.

import (
	"os"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// Other processes use the valid token during the refresh, so only the refreshing process
// waits.
func TestStormOnDueToken(t *testing.T) {
	h := newHome(t, emulator.Config{}, config)
	h.signIn(t)
	checkAnswers(t, h.credentials(t, "dev"))
	h.srv.ResetCounts()
	h.setToken(t, 5*time.Minute)
	before := h.token(t)
	h.slow(latency)

	results, _ := h.gather(t, crowd/2, dev).run(t)

	checkAnswers(t, results...)
	h.checkCount(t, "CreateToken", 1)
	h.checkCount(t, "GetRoleCredentials", 0)
	if h.token(t)["accessToken"] == before["accessToken"] {
		t.Error("the token was not refreshed")
	}
	slow := 0
	for _, r := range results {
		if r.Stderr != "" {
			t.Errorf("stderr is %q, want nothing", r.Stderr)
		}
		if r.Took >= latency {
			slow++
		}
	}
	h.checkFiles(t)
	t.Logf("%d of %d took as long as the refresh", slow, len(results))
}

// The service refuses a token with a valid date. One forced refresh is enough for all roles.
func TestStormOnRejectedToken(t *testing.T) {
	profiles := []string{"dev", "dev-2", "dev-3", "dev-4"}
	h := newHome(t, emulator.Config{}, config)
	h.signIn(t)
	h.srv.ExpireAccessTokens()
	h.slow(latency / 4)

	results, _ := h.gather(t, crowd/2, func(i int) string { return profiles[i%len(profiles)] }).run(t)

	checkAnswers(t, results...)
	h.checkCount(t, "CreateToken", 1)
	// Each role is refused at most once and fetched once. A role that is fetched late uses the
	// new token from the start.
	if got := h.srv.Count("GetRoleCredentials"); got <= len(profiles) || got > 2*len(profiles) {
		t.Errorf("GetRoleCredentials was called %d times, want %d to %d", got, len(profiles)+1, 2*len(profiles))
	}
	h.checkFiles(t)
}

// The AWS CLI and boto3 rewrite the token file in place without a lock. The program reads a
// file again for a while if it cannot parse the file.
func TestTokenFileBeingRewritten(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		half func(whole []byte) []byte
		left time.Duration // lifetime left of the final token
		want int           // calls of CreateToken
	}{
		{"empty, then a live token", func([]byte) []byte { return nil }, time.Hour, 0},
		{"half, then a live token", func(b []byte) []byte { return b[:len(b)/2] }, time.Hour, 0},
		{"empty, then an expired token", func([]byte) []byte { return nil }, -time.Minute, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			h.setToken(t, tt.left)
			path := h.cache().TokenPath("corp")
			whole, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, tt.half(whole), 0o600); err != nil {
				t.Fatal(err)
			}
			rewritten := make(chan error, 1)

			p := h.start(t, "sso", "get-credentials", "--profile", "dev")
			time.AfterFunc(time.Second, func() { rewritten <- os.WriteFile(path, whole, 0o600) })
			r := p.Wait(t)

			if err := <-rewritten; err != nil {
				t.Fatal(err)
			}
			checkAnswers(t, r)
			if r.Stderr != "" {
				t.Errorf("stderr is %q, want nothing", r.Stderr)
			}
			h.checkCount(t, "CreateToken", tt.want)
			h.checkFiles(t)
		})
	}
}
