//go:build unix

package stormtest_test

import (
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/atomicfile"
)

// A process renews the token and fetches the role's credentials, and is killed at
// any moment, over and over. Every time both files are whole, no lock is held, and
// the next process goes on; where the service takes a refresh token only once, it may
// have to say that the session has ended, and one login repairs that.
func TestKillLoop(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		grace         time.Duration
		rounds, short int // under make storm, and in make test
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
					t.Fatalf("that was round %d", n)
				}
			}
			t.Logf("%d rounds: %d killed, of these %d while a file was being written; %d sessions ended",
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
	usual               time.Duration // how long it takes a process that lives
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
		doom := time.AfterFunc(time.Duration(l.random.Int64N(int64(l.usual))), func() { _ = p.cmd.Process.Kill() })
		defer doom.Stop()
	}
	r := p.wait(t)
	switch r.code {
	case -1:
		l.killed++
		if l.temporary(t) > left {
			l.torn++
		}
	case 0:
		checkAnswers(t, []result{r})
		l.usual = r.took * 5 / 4
	default:
		t.Errorf("exit %d: %s", r.code, r.stderr)
	}
	if h.corrupt(t) == 0 {
		h.checkSuccessors(t, before)
		h.checkFiles(t)
	}
	next := h.credentials(t, "dev")
	if next.code != 0 && l.grace == 0 {
		checkEnded(t, next)
		l.ended++
		h.signIn(t)
		next = h.credentials(t, "dev")
	}
	checkAnswers(t, []result{next})
}

// temporary counts the files that writers have left half-way.
func (l *killLoop) temporary(t *testing.T) (n int) {
	t.Helper()
	for _, path := range l.h.files(t, l.h.path(".aws"), "") {
		if strings.Contains(filepath.Base(path), atomicfile.TempInfix) {
			n++
		}
	}
	return n
}
