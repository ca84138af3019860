//go:build unix

package stormtest_test

import (
	"math/rand/v2"
	"syscall"
	"testing"
	"time"

	"lanyard/emulator"
)

// Processes die at any moment. Whoever survives succeeds, as long as the service
// lets a refresh token be used again for a while: the one who died may have
// spent it.
func TestStormWithKills(t *testing.T) {
	h := newHome(t, emulator.Config{RefreshGrace: time.Minute}, config)
	h.signIn(t)
	h.setToken(t, -time.Minute)
	h.slow(300 * time.Millisecond)
	random := rand.New(rand.NewPCG(1, 2)) // the same victims and moments each time

	s := h.gather(t, crowd, dev)
	doomed := map[int]bool{}
	began := s.release()
	for _, i := range random.Perm(crowd)[:crowd/10] {
		doomed[i] = true
		moment := time.Duration(random.Int64N(int64(1500 * time.Millisecond)))
		kill := time.AfterFunc(moment, func() { _ = s.processes[i].cmd.Process.Kill() })
		t.Cleanup(func() { kill.Stop() })
	}
	results, _ := s.results(t, began)

	var survivors []result
	killed := 0
	for i, r := range results {
		switch {
		case !doomed[i]:
			survivors = append(survivors, r)
		case r.code == -1:
			killed++
		}
	}
	checkAnswers(t, survivors)
	h.checkFiles(t)
	t.Logf("%d of %d were killed in time; %d refreshes, %d GetRoleCredentials", killed, len(doomed),
		h.srv.Count("CreateToken"), h.srv.Count("GetRoleCredentials"))
	if killed == 0 {
		t.Error("all processes had ended before they were to be killed: this tested nothing")
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
