//go:build unix

package stormtest_test

// This file plays, checks and reports a scene. scenes_unix_test.go lists the scenes.

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// TestStorm plays the scenes one after the other, because each scene uses the whole machine.
func TestStorm(t *testing.T) {
	var rows []row
	var left []string
	for _, s := range scenes() {
		if !s.short && !full() {
			left = append(left, s.name)
			continue
		}
		n := 1
		if full() && s.chance() {
			n = rounds(t)
		}
		for _, seed := range seeds(t, n) {
			t.Run(s.name, func(t *testing.T) {
				if s.chance() {
					t.Logf("STORM_SEED=%d", seed)
				}
				rows = append(rows, s.play(t, seed))
			})
		}
	}
	printRows(t, rows)
	if len(left) > 0 {
		t.Logf("left to make storm: %d scenes: %s", len(left), strings.Join(left, "; "))
	}
}

// A scene describes one storm: the cache at the start, the behaviour of the service, the
// processes to kill, and the expected result.
type scene struct {
	name  string
	short bool // make test also plays it; make storm plays all scenes

	n       int
	roles   []string                    // the profiles, in turn
	cache   func(t *testing.T, h *home) // prepares the cache after the sign-in
	grace   time.Duration               // how long a spent refresh token still works; 0 means not at all
	latency time.Duration               // of each of the two calls
	behind  bool                        // the latency comes after the operation, before the answer
	faults  []emulator.Fault            // each fault also has the latency
	doomed  int                         // percent of the processes that are killed at random moments
	holder  bool                        // one process refreshes, and is killed before its answer arrives
	others  int                         // number of AWS CLI and boto3 processes, which take no lock
	standby standby                     // the agent, if any
	orphans bool                        // the agent is killed at a random moment
	after   func(t *testing.T, h *home) // further checks; may be nil

	refreshes, fetches int // the numbers of calls without a failure
	assumed            int // the number of AssumeRole calls without a failure
	spare              int // how many more refreshes are allowed
	end                ending
}

// An ending is the result of a storm.
type ending int

const (
	succeeds ending = iota // all surviving processes have their credentials
	ends                   // the service has ended the session; all processes say so, and one login repairs it
	mayEnd                 // each process ends as in succeeds or as in ends
	fails                  // no service sent a valid answer; all processes say so, and no token is lost
)

// home makes the home of a scene.
func (s scene) home(t *testing.T) *home {
	t.Helper()
	h := newHome(t, emulator.Config{RefreshGrace: s.grace}, bothConfig)
	h.signIn(t)
	if s.standby == agentOn {
		h.startAgent(t) // before the agent has work
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

// chance reports whether the rounds of the scene differ.
func (s scene) chance() bool { return s.doomed > 0 || s.holder || s.orphans }

// play runs the storm and checks it.
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
		doom := time.AfterFunc(moment, storm.processes[i].Kill)
		t.Cleanup(func() { doom.Stop() })
	}
	results, took := storm.results(t, began)
	for _, p := range others {
		if r := p.Wait(t); r.Code != 0 && s.end == succeeds {
			t.Errorf("%s: exit %d: %s", p.Line[0], r.Code, r.Stderr)
		}
	}

	r := row{scene: s.name, seed: seed, n: s.n, latency: s.latency, took: took}
	r.refreshes, r.fetches = h.srv.Count("CreateToken"), h.srv.Count("GetRoleCredentials")
	r.assumed = h.srv.Count("AssumeRole")
	r.corrupt = h.corrupt(t)
	s.judge(t, h, results, &r)
	s.repair(t, h, r)
	return r
}

// startDoomed starts a process that refreshes. It returns when the service has refreshed the
// token and holds back the answer. The process never gets the answer, because kill ends the
// process. kill then releases the answers to other processes.
func (h *home) startDoomed(t *testing.T) (kill func()) {
	t.Helper()
	oidc := lateAnswers(t, h.srv.URL, "/token")
	h.useFor(oidc.url, "SSO_OIDC")
	p := h.start(t, "sso", "get-credentials", "--profile", "dev")
	select {
	case <-oidc.answered:
	case <-p.Ended:
		t.Fatalf("no refresh: %s", p.Stderr.String())
	}
	return func() {
		p.Kill()
		<-p.Ended
		close(oidc.arrive)
	}
}

// judge checks how the processes ended, and counts them.
func (s scene) judge(t *testing.T, h *home, results []proctest.Result, r *row) {
	t.Helper()
	var well []proctest.Result
	for i, one := range results {
		before := t.Failed()
		switch {
		case one.Code == -1 && s.doomed > 0:
			r.killed++
			continue
		case one.Code == 0:
			well = append(well, one)
			if s.end == ends || s.end == fails {
				t.Errorf("process %d has credentials: %s", i, one.Stdout)
			}
		case s.end == ends || s.end == mayEnd:
			r.ended++
			checkEnded(t, one)
		case s.end == fails:
			checkFailed(t, one, 254, "429") // also if another process made the call
		default:
			t.Errorf("process %d of %d: exit %d: %s", i, len(results), one.Code, one.Stderr)
		}
		if t.Failed() && !before {
			t.Logf("the first of those is process %d of %d", i, len(results))
		}
	}
	r.well = len(well)
	if s.doomed > 0 && r.killed == 0 {
		t.Error("all processes had ended before they were to be killed: this tested nothing")
	}
	if s.others == 0 && len(well) > 0 { // the AWS CLI replaces credentials during the storm
		checkAnswers(t, well...)
	}
	if s.holder {
		r.killed++
	}
	s.checkCalls(t, *r)
	if s.after != nil {
		s.after(t, h)
	}
}

// checkCalls checks how often the service was called. A fault costs one call. A killed
// process may cost one more call, and a program without lanyard's lock two more calls.
func (s scene) checkCalls(t *testing.T, r row) {
	t.Helper()
	refreshes, fetches := s.refreshes, s.fetches
	for _, f := range s.faults {
		if f.Operation == "CreateToken" {
			refreshes += f.Count
		} else {
			fetches += f.Count
		}
	}
	more := r.killed + 2*s.others
	if s.holder {
		more, refreshes = 0, refreshes+1
	}
	if s.orphans { // each of the agent's calls may have been repeated
		more += len(s.roles)
	}
	check := func(operation string, got, least, most int) {
		t.Helper()
		if r.ended > 0 {
			least = 0
		}
		if got < least || got > most {
			t.Errorf("%s was called %d times, want %d to %d", operation, got, least, most)
		}
	}
	check("CreateToken", r.refreshes, refreshes, refreshes+more+s.spare)
	if s.fetches != unlimited {
		check("GetRoleCredentials", r.fetches, fetches, fetches+more)
	}
	check("AssumeRole", r.assumed, s.assumed, s.assumed+more)
}

// unlimited allows any number of calls.
const unlimited = -1

// repair checks the state after the storm: complete files, free locks, and a working session.
// If the service has ended the session, one login repairs it.
func (s scene) repair(t *testing.T, h *home, r row) {
	t.Helper()
	if r.corrupt == 0 {
		h.checkFiles(t)
	}
	h.srv.ClearFaults()
	if s.standby != inMemory { // tokens in memory keep their origin
		h.useFor(h.srv.URL, "SSO_OIDC", "SSO")
	}
	if r.ended > 0 {
		h.signIn(t)
	}
	for _, profile := range s.roles {
		checkAnswers(t, h.credentials(t, profile))
	}
}

// A row is the result of one storm.
type row struct {
	scene               string
	seed                uint64
	n                   int
	well, ended, killed int // processes by result; the other processes failed
	refreshes, fetches  int // calls
	assumed             int // calls of AssumeRole
	corrupt             int // files
	latency, took       time.Duration
}

// printRows logs the rows. Every line begins with "storm|", so that scripts can find it
// in a log.
func printRows(t *testing.T, rows []row) {
	t.Helper()
	var b strings.Builder
	width := 0
	for _, r := range rows {
		width = max(width, len(r.scene))
	}
	line := func(cells ...any) {
		fmt.Fprintf(&b, "\nstorm| %-*v | %4v | %4v | %5v | %6v | %11v | %18v | %7v | %6v | %9v", append([]any{width}, cells...)...)
	}
	line("case", "proc", "well", "ended", "killed", "CreateToken", "GetRoleCredentials", "corrupt", "last", "x latency")
	for _, r := range rows {
		times := "-"
		if r.latency > 0 {
			times = fmt.Sprintf("%.1f", r.took.Seconds()/r.latency.Seconds())
		}
		line(r.scene, r.n, r.well, r.ended, r.killed, r.refreshes, r.fetches, r.corrupt, fmt.Sprintf("%.1fs", r.took.Seconds()), times)
	}
	t.Log(b.String())
}
