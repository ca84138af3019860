package stormtest_test

import (
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// Nobody needs the renewal of a token that still lives, so nobody waits for it
// but the one who makes it.
func TestStormOnTokenInItsWindow(t *testing.T) {
	h := newHome(t, emulator.Config{}, config)
	h.signIn(t)
	checkAnswers(t, []result{h.credentials(t, "dev")})
	h.srv.ResetCounts()
	h.setToken(t, 5*time.Minute)
	before := h.token(t)
	h.slow(latency)

	results, _ := h.gather(t, crowd/2, dev).run(t)

	checkAnswers(t, results)
	h.checkCount(t, "CreateToken", 1)
	h.checkCount(t, "GetRoleCredentials", 0)
	if h.token(t)["accessToken"] == before["accessToken"] {
		t.Error("the token was not renewed")
	}
	slow := 0
	for _, r := range results {
		if r.stderr != "" {
			t.Errorf("stderr is %q, want nothing", r.stderr)
		}
		if r.took >= latency {
			slow++
		}
	}
	h.checkFiles(t)
	t.Logf("%d of %d took as long as the refresh", slow, len(results))
}

// The service refuses a token that should live: one forced refresh serves all
// the roles.
func TestStormOnRejectedToken(t *testing.T) {
	profiles := []string{"dev", "dev-2", "dev-3", "dev-4"}
	h := newHome(t, emulator.Config{}, config)
	h.signIn(t)
	h.srv.ExpireAccessTokens()
	h.slow(latency / 4)

	results, _ := h.gather(t, crowd/2, func(i int) string { return profiles[i%len(profiles)] }).run(t)

	checkAnswers(t, results)
	h.checkCount(t, "CreateToken", 1)
	// Each role is refused once at most, and fetched once. A role that is asked
	// for late begins with the new token.
	if got := h.srv.Count("GetRoleCredentials"); got <= len(profiles) || got > 2*len(profiles) {
		t.Errorf("GetRoleCredentials was called %d times, want %d to %d", got, len(profiles)+1, 2*len(profiles))
	}
	h.checkFiles(t)
}
