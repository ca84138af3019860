package stormtest_test

import (
	"testing"
	"time"

	"lanyard/emulator"
)

// latency is how long the service takes for each of the two calls.
const latency = time.Second

func (h *home) slow(d time.Duration) {
	for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
		h.srv.AddFault(emulator.Fault{Operation: operation, Delay: d})
	}
}

func TestStormOnExpiredToken(t *testing.T) {
	h := newHome(t, emulator.Config{}, config)
	h.signIn(t)
	h.setToken(t, -time.Minute)
	h.slow(latency)

	results, took := h.gather(t, crowd, dev).run(t)

	checkAnswers(t, results)
	h.checkCount(t, "CreateToken", 1)
	h.checkCount(t, "GetRoleCredentials", 1)
	h.checkFiles(t)
	t.Logf("%v; 2 x latency + 4 s is %v; %.1f x latency", took, 2*latency+4*time.Second, took.Seconds()/latency.Seconds())
}

// One sign-in serves profiles of both kinds, which keep their role credentials
// under different names.
func TestStormOverRolesAndKinds(t *testing.T) {
	profiles := []string{"dev", "old", "dev-2", "old-2", "dev-3", "old-3", "dev-4", "old-4"}
	h := newHome(t, emulator.Config{}, bothConfig)
	h.signIn(t)
	h.setToken(t, -time.Minute)
	h.slow(latency)

	results, took := h.gather(t, crowd, func(i int) string { return profiles[i%len(profiles)] }).run(t)

	checkAnswers(t, results)
	h.checkCount(t, "CreateToken", 1)
	h.checkCount(t, "GetRoleCredentials", len(profiles))
	h.checkFiles(t)
	t.Logf("%v; %.1f x latency", took, took.Seconds()/latency.Seconds())
}
