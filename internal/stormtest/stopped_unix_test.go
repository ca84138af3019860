//go:build unix

package stormtest_test

import (
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A process that was stopped while it held the lock (Ctrl-Z, a debugger) does not
// stop the others for ever: once it has had the time that a call may take, they
// go on. They are still a storm, which is one call.
func TestStoppedHolder(t *testing.T) {
	t.Parallel()
	h := newHome(t, emulator.Config{}, config)
	h.signIn(t)
	h.setToken(t, -time.Minute)
	// The holder's own request is never carried out, so its refresh token is
	// still good for one.
	h.srv.AddFault(emulator.Fault{Operation: "CreateToken", Count: 1, Delay: 2 * tooLong})
	h.slow(latency)

	holder := h.start(t, "sso", "get-credentials", "--profile", "dev")
	eventually(t, "the refresh", func() bool { return h.srv.Count("CreateToken") == 1 })
	if err := holder.cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = holder.cmd.Process.Signal(syscall.SIGCONT)
		_ = holder.cmd.Process.Kill()
		<-holder.ended
	})
	results, took := h.gather(t, 20, dev).run(t)

	checkAnswers(t, results)
	h.checkCount(t, "CreateToken", 2)
	h.checkCount(t, "GetRoleCredentials", 1)
	warned := 0
	for _, r := range results {
		if strings.Contains(r.stderr, "without a lock") {
			warned++
		}
	}
	t.Logf("%v, expected about 28 s; %d said that they go on without a lock", took, warned)
}
