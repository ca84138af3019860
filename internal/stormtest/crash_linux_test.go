//go:build amd64 || arm64

package stormtest_test

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A writer is a command that changes files, and what lies there before it. It is
// killed before the first call that changes something, before the second, and so on
// until it comes to its end.
type writer struct {
	name    string
	short   bool // it is part of make test; make storm runs all
	grace   time.Duration
	config  string
	prepare func(t *testing.T, h *home)
	args    []string
	approve bool                        // it waits for a person to sign in
	ended   bool                        // the session may have ended
	finish  func(t *testing.T, h *home) // after the kill and the next request
}

func TestKilledAtEveryWrite(t *testing.T) {
	t.Parallel()
	var left []string
	for _, w := range writers() {
		if !w.short && !full() {
			left = append(left, w.name)
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			whole := w.run(t, 0)
			if len(whole.calls) < 3 {
				t.Fatalf("it makes the calls %q: does the tracer still see them?", whole.calls)
			}
			for n := 1; n <= len(whole.calls); n++ {
				t.Run("before call "+strconv.Itoa(n), func(t *testing.T) { w.killed(t, n, whole) })
			}
			t.Logf("killed at %d calls: %s", len(whole.calls), strings.Join(whole.calls, ", "))
		})
	}
	if len(left) > 0 {
		t.Logf("left to make storm: %s", strings.Join(left, "; "))
	}
}

// A traced run is what a writer did, or did until it was killed.
type traced struct {
	home   *home
	code   int
	calls  []string
	before map[string][]byte // JSON files and the config, by path below the home
	config []byte            // after it
}

// run prepares a home and runs the writer there; it is killed at the n-th call.
func (w writer) run(t *testing.T, n int) traced {
	t.Helper()
	h := newHome(t, emulator.Config{RefreshGrace: w.grace}, w.config)
	h.signIn(t)
	w.prepare(t, h)
	run := traced{home: h, before: map[string][]byte{}}
	for _, path := range append(h.files(t, h.path(".aws"), ".json"), h.path(".aws", "config")) {
		run.before[path] = read(t, path)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log := filepath.Join(t.TempDir(), "calls")
	under := *h
	under.env = append(slices.Clone(h.env), killVariable+"="+strconv.Itoa(n), logVariable+"="+log)
	p := under.startProgram(t, nil, append([]string{self, program}, w.args...)...)
	if w.approve {
		eventually(t, "the sign-in address, or the end", func() bool { return p.over() || address.MatchString(p.stdout.String()) })
		if url := strings.TrimSpace(address.FindString(p.stdout.String())); url != "" {
			_ = h.srv.SignIn(t.Context(), url, user) // nobody may be there to hear of it
		}
	}
	r := p.wait(t)
	if strings.Contains(r.stderr, cannotTrace) {
		t.Skip(r.stderr)
	}
	if want := map[bool]int{true: 0, false: 137}[n == 0]; r.code != want {
		t.Fatalf("exit %d, want %d: %s", r.code, want, r.stderr)
	}
	run.code, run.config = r.code, read(t, h.path(".aws", "config"))
	run.calls = strings.Split(strings.TrimSpace(string(read(t, log))), "\n")
	return run
}

// killed kills the writer at its n-th call and checks what that leaves.
func (w writer) killed(t *testing.T, n int, whole traced) {
	run := w.run(t, n)
	h := run.home
	defer func() {
		if t.Failed() {
			t.Logf("killed at the last of %q", run.calls)
		}
	}()
	if string(run.config) != string(run.before[h.path(".aws", "config")]) && string(run.config) != string(whole.config) {
		t.Errorf("the config is neither the old one nor the new one:\n%s", run.config)
	}
	if h.corrupt(t) == 0 {
		h.checkFiles(t)
	}
	h.checkSuccessors(t, run.before)
	if r := h.run(t, "status"); r.code != 0 {
		t.Errorf("status: exit %d: %s", r.code, r.stderr)
	}
	next := h.credentials(t, "dev")
	if next.code != 0 && w.ended {
		checkEnded(t, next)
		h.signIn(t)
		next = h.credentials(t, "dev")
	}
	checkAnswers(t, []result{next})
	if w.finish != nil {
		w.finish(t, h)
	}
	h.checkFiles(t)
}
