//go:build unix

package stormtest_test

import (
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// Ctrl-C while the answer with the new token is on its way: the refresh token is
// spent already, so the process stores its successor before it ends.
func TestInterruptDuringRefresh(t *testing.T) {
	t.Parallel()
	for name, signals := range map[string][]syscall.Signal{
		"once": {syscall.SIGINT}, "twice": {syscall.SIGINT, syscall.SIGINT}, "terminated": {syscall.SIGTERM},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHome(t, emulator.Config{}, config)
			h.signIn(t)
			h.setToken(t, -time.Minute)
			before := h.token(t)
			h.srv.AddFault(emulator.Fault{Operation: "CreateToken", Delay: latency})

			p := h.start(t, "sso", "get-credentials", "--profile", "dev")
			eventually(t, "the refresh", func() bool { return h.srv.Count("CreateToken") == 1 })
			for _, s := range signals {
				if err := p.cmd.Process.Signal(s); err != nil {
					t.Fatal(err)
				}
			}
			r := p.wait(t)

			if r.code != 130 || r.stdout != "" {
				t.Errorf("exit %d and stdout %q, want 130 and nothing; stderr: %s", r.code, r.stdout, r.stderr)
			}
			if after := h.token(t); after["refreshToken"] == before["refreshToken"] || after["accessToken"] == before["accessToken"] {
				t.Error("the new token was not stored")
			}
			h.checkCount(t, "GetRoleCredentials", 0)
			h.checkFiles(t)
			// The token that was stored works.
			checkAnswers(t, []result{h.credentials(t, "dev")})
			h.checkCount(t, "CreateToken", 1)
		})
	}
}
