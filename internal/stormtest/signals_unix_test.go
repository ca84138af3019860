//go:build unix

package stormtest_test

// These tests kill, stop or interrupt processes.

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// The test kills the process that holds the lock, during its call. The next process continues
// at once. The test repeats this several times.
func TestKilledHolders(t *testing.T) {
	const rounds = 4
	for _, operation := range []string{"CreateToken", "GetRoleCredentials"} {
		t.Run(operation, func(t *testing.T) {
			h := newHome(t, emulator.Config{RefreshGrace: time.Minute}, config)
			h.signIn(t)
			h.setToken(t, -time.Minute)
			// The service sends its answers after the kills.
			h.srv.AddFault(emulator.Fault{Operation: operation, Count: rounds, Delay: proctest.TooLong})
			for round := range rounds {
				holder := h.start(t, "sso", "get-credentials", "--profile", "dev")
				proctest.Eventually(t, "the call", func() bool { return h.srv.Count(operation) > round })
				holder.Signal(t, syscall.SIGKILL)
				holder.Wait(t)
				h.checkFiles(t)
			}

			checkAnswers(t, h.credentials(t, "dev"))
			h.checkFiles(t)
			h.checkCount(t, operation, rounds+1)
		})
	}
}

// A process that is stopped while it holds the lock (Ctrl-Z, a debugger) does not block the
// other processes forever. They continue after the time limit of a call, and together make
// only one call.
func TestStoppedHolder(t *testing.T) {
	t.Parallel()
	h := newHome(t, emulator.Config{}, config)
	h.signIn(t)
	h.setToken(t, -time.Minute)
	// The service never carries out the request of the stopped process, so the refresh token
	// still works.
	h.srv.AddFault(emulator.Fault{Operation: "CreateToken", Count: 1, Delay: 2 * proctest.TooLong})
	h.slow(latency)

	holder := h.start(t, "sso", "get-credentials", "--profile", "dev")
	proctest.Eventually(t, "the refresh", func() bool { return h.srv.Count("CreateToken") == 1 })
	holder.Signal(t, syscall.SIGSTOP)
	results, took := h.gather(t, 20, dev).run(t)

	checkAnswers(t, results...)
	h.checkCount(t, "CreateToken", 2)
	h.checkCount(t, "GetRoleCredentials", 1)
	warned := 0
	for _, r := range results {
		if strings.Contains(r.Stderr, "without a lock") {
			warned++
		}
	}
	t.Logf("%v, expected about 28 s; %d reported that they continue without a lock", took, warned)
}

// Ctrl-C arrives before the answer with the new token. The process has already spent the
// refresh token, so it stores the new token before it exits.
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
			proctest.Eventually(t, "the refresh", func() bool { return h.srv.Count("CreateToken") == 1 })
			for _, s := range signals {
				p.Signal(t, s)
			}
			r := p.Wait(t)

			if r.Code != 130 || r.Stdout != "" {
				t.Errorf("exit %d and stdout %q, want 130 and nothing; stderr: %s", r.Code, r.Stdout, r.Stderr)
			}
			if after := h.token(t); after["refreshToken"] == before["refreshToken"] || after["accessToken"] == before["accessToken"] {
				t.Error("the new token was not stored")
			}
			h.checkCount(t, "GetRoleCredentials", 0)
			h.checkFiles(t)
			checkAnswers(t, h.credentials(t, "dev"))
			h.checkCount(t, "CreateToken", 1)
		})
	}
}

// A process refreshes the token and fetches role credentials. The test kills it at a random
// moment, many times. After each kill, both files are complete, no process holds a lock, and
// the next process continues. If the service accepts a refresh token only once, the session
// may have ended. Then one login repairs it.
func TestKillLoop(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		grace         time.Duration
		rounds, short int // the number of rounds in make storm and in make test
	}{
		{"grace", grace, 700, 15},
		{"single use", 0, 300, 15},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			rounds, seed := tt.short, seeds(t, 1)[0]
			if full() {
				rounds = tt.rounds
			} else {
				t.Logf("%d of the %d rounds of make storm", tt.short, tt.rounds)
			}
			t.Logf("STORM_SEED=%d", seed)
			l := &killLoop{h: newHome(t, emulator.Config{RefreshGrace: tt.grace}, config), grace: tt.grace, random: rand.New(rand.NewPCG(seed, 0))}
			l.h.signIn(t)
			for n := range rounds {
				if l.round(t); t.Failed() {
					t.Fatalf("round %d of the kill loop failed", n)
				}
			}
			t.Logf("%d rounds: %d killed, of these %d while they wrote a file; %d sessions ended",
				rounds, l.killed, l.torn, l.ended)
			if l.killed == 0 || full() && l.torn == 0 {
				t.Error("no process was killed in the middle of its work: this tested nothing")
			}
		})
	}
}

type killLoop struct {
	h                   *home
	grace               time.Duration
	random              *rand.Rand
	killed, torn, ended int
	usual               time.Duration // how long a process takes without a kill
}

func (l *killLoop) round(t *testing.T) {
	t.Helper()
	h := l.h
	h.setToken(t, -time.Minute)
	if l.random.IntN(2) == 0 {
		h.forgetRoles(t)
	} else if len(h.files(t, h.cache().Roles(), ".json")) > 0 {
		h.setRole(t, time.Minute)
	}
	before := map[string][]byte{}
	for _, path := range h.files(t, h.path(".aws"), ".json") {
		before[path] = read(t, path)
	}
	left := l.temporary(t)

	p := h.start(t, "sso", "get-credentials", "--profile", "dev")
	if l.usual > 0 {
		doom := time.AfterFunc(time.Duration(l.random.Int64N(int64(l.usual))), p.Kill)
		defer doom.Stop()
	}
	r := p.Wait(t)
	switch r.Code {
	case -1:
		l.killed++
		if l.temporary(t) > left {
			l.torn++
		}
	case 0:
		checkAnswers(t, r)
		l.usual = r.Took * 5 / 4
	default:
		t.Errorf("exit %d: %s", r.Code, r.Stderr)
	}
	if h.corrupt(t) == 0 {
		h.checkSuccessors(t, before)
		h.checkFiles(t)
	}
	next := h.credentials(t, "dev")
	if next.Code != 0 && l.grace == 0 {
		checkEnded(t, next)
		l.ended++
		h.signIn(t)
		next = h.credentials(t, "dev")
	}
	checkAnswers(t, next)
}

// temporary counts the unfinished temporary files of writers.
func (l *killLoop) temporary(t *testing.T) (n int) {
	t.Helper()
	for _, path := range l.h.files(t, l.h.path(".aws"), "") {
		if strings.Contains(filepath.Base(path), atomicfile.TempInfix) {
			n++
		}
	}
	return n
}
