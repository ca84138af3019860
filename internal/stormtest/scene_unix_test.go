//go:build unix

package stormtest_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A scene is one storm: what lies in the cache when it begins, how the service
// behaves, who dies, and what must come of it.
type scene struct {
	name  string
	short bool // it is part of make test; make storm plays all

	n       int
	roles   []string                    // the profiles, in turn
	cache   func(t *testing.T, h *home) // what has become of the fresh sign-in
	grace   time.Duration               // how long a spent refresh token still works; 0: single use
	latency time.Duration               // of each of the two calls
	behind  bool                        // it passes after the operation: the answer is under way
	faults  []emulator.Fault            // each passes the latency too
	doomed  int                         // percent of the processes, killed at random moments
	holder  bool                        // one process refreshes, and is killed while its answer is under way
	others  int                         // AWS CLI and boto3, which take no lock
	standby standby                     // a background agent, or nobody
	orphans bool                        // it is killed at a random moment
	after   func(t *testing.T, h *home) // what else must hold; nil: nothing

	refreshes, fetches int // calls that it takes where nothing goes wrong
	spare              int // how many more refreshes are fine
	end                ending
}

// An ending is what a storm comes to.
type ending int

const (
	succeeds ending = iota // all who survive have their credentials
	ends                   // the service has ended the session: all say so, and one login repairs it
	mayEnd                 // either, each process by itself
	fails                  // nobody answered sensibly: all say so, and nothing is lost
)

// home makes the home of a scene.
func (s scene) home(t *testing.T) *home {
	t.Helper()
	h := newHome(t, emulator.Config{RefreshGrace: s.grace}, bothConfig)
	h.signIn(t)
	if s.standby == agentOn {
		h.startAgent(t) // before there is anything to do
	}
	s.cache(t, h)
	for _, f := range s.faults {
		if !s.behind {
			f.Delay = s.latency
		}
		h.srv.AddFault(f)
	}
	if s.behind {
		h.useFor(slowAnswers(t, h.srv.URL, s.latency), "SSO_OIDC", "SSO")
	} else {
		h.slow(s.latency)
	}
	if s.standby == inMemory {
		h.startAgent(t, "--in-memory")
	}
	return h
}

// chance says that no two rounds of it are the same.
func (s scene) chance() bool { return s.doomed > 0 || s.holder || s.orphans }

// play runs the storm and judges it.
func (s scene) play(t *testing.T, seed uint64) row {
	t.Helper()
	h := s.home(t)
	random := rand.New(rand.NewPCG(seed, 0))
	kill := func() {}
	if s.holder {
		kill = h.startDoomed(t)
	}
	storm := h.gather(t, s.n, func(i int) string { return s.roles[i%len(s.roles)] })
	others := h.startOthers(t, s.others)

	began := storm.release()
	if s.holder {
		doom := time.AfterFunc(time.Duration(random.Int64N(int64(time.Second))), kill)
		t.Cleanup(func() { doom.Stop() })
	}
	if s.orphans {
		doom := time.AfterFunc(time.Duration(random.Int64N(int64(2*s.latency))), func() { h.killAgent(t) })
		t.Cleanup(func() { doom.Stop() })
	}
	for _, i := range random.Perm(s.n)[:s.n*s.doomed/100] {
		moment := time.Duration(random.Int64N(int64(2*s.latency + 1500*time.Millisecond)))
		doom := time.AfterFunc(moment, func() { _ = storm.processes[i].cmd.Process.Kill() })
		t.Cleanup(func() { doom.Stop() })
	}
	results, took := storm.results(t, began)
	for _, p := range others {
		if r := p.wait(t); r.code != 0 && s.end == succeeds {
			t.Errorf("%s: exit %d: %s", p.cmd.Args[0], r.code, r.stderr)
		}
	}

	r := row{scene: s.name, seed: seed, n: s.n, latency: s.latency, took: took}
	r.refreshes, r.fetches = h.srv.Count("CreateToken"), h.srv.Count("GetRoleCredentials")
	r.corrupt = h.corrupt(t)
	s.judge(t, h, results, &r)
	s.repair(t, h, r)
	return r
}

func cold(*testing.T, *home) {}

func expired(t *testing.T, h *home) { h.setToken(t, -time.Minute) }

// window leaves a token that is due and still lives.
func window(t *testing.T, h *home) { h.setToken(t, 5*time.Minute) }

// revoked leaves a token whose session the service has ended.
func revoked(t *testing.T, h *home) {
	h.setToken(t, -time.Minute)
	h.srv.RevokeSessions(user)
}

// revokedAlive leaves one that lives by its date.
func revokedAlive(_ *testing.T, h *home) { h.srv.RevokeSessions(user) }
