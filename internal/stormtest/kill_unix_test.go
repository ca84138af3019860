//go:build unix

package stormtest_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// startDoomed starts a process that refreshes, and returns when the service has done
// so and the answer is under way. Nobody will see that answer: kill ends the
// process, and lets those of others through.
func (h *home) startDoomed(t *testing.T) (kill func()) {
	t.Helper()
	oidc := lateAnswers(t, h.srv.URL, "/token")
	h.useFor(oidc.url, "SSO_OIDC")
	p := h.start(t, "sso", "get-credentials", "--profile", "dev")
	select {
	case <-oidc.answered:
	case <-p.ended:
		t.Fatalf("no refresh: %s", p.stderr.String())
	}
	return func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
		close(oidc.arrive)
	}
}

// Whoever holds the lock is killed in the middle of its call, again and again:
// the next one goes on at once.
func TestKilledHolders(t *testing.T) {
	const rounds = 4
	for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
		t.Run(operation, func(t *testing.T) {
			h := newHome(t, emulator.Config{RefreshGrace: time.Minute}, config)
			h.signIn(t)
			h.setToken(t, -time.Minute)
			// Answers come when the test is done with killing.
			h.srv.AddFault(emulator.Fault{Operation: operation, Count: rounds, Delay: tooLong})
			for round := range rounds {
				holder := h.start(t, "sso", "get-credentials", "--profile", "dev")
				eventually(t, "the call", func() bool { return h.srv.Count(operation) > round })
				if err := holder.cmd.Process.Signal(syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				holder.wait(t)
				h.checkFiles(t)
			}

			checkAnswers(t, []result{h.credentials(t, "dev")})
			h.checkFiles(t)
			h.checkCount(t, operation, rounds+1)
		})
	}
}
