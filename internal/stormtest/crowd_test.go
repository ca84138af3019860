package stormtest_test

import (
	"os"
	"os/exec"
	"testing"
	"time"
)

// crowd is how many processes a storm has.
const crowd = 200

// A storm is many processes that wait to begin together.
type storm struct {
	processes []*process
	release   func() time.Time // lets them begin, and says when
}

// gather makes the n processes of a storm, the i-th with the profile that name
// gives.
func (h *home) gather(t *testing.T, n int, name func(i int) string) *storm {
	t.Helper()
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("processes are held back by a shell, and there is none: ", err)
	}
	gate, open, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = gate.Close() })
	s := &storm{release: func() time.Time { _ = open.Close(); return time.Now() }}
	for i := range n {
		s.processes = append(s.processes, h.startBehind(t, gate, "sso", "get-credentials", "--profile", name(i)))
	}
	return s
}

// run lets the processes go and returns how each ended, and how long after the
// release the last one did.
func (s *storm) run(t *testing.T) ([]result, time.Duration) {
	t.Helper()
	return s.results(t, s.release())
}

func (s *storm) results(t *testing.T, began time.Time) ([]result, time.Duration) {
	t.Helper()
	results := make([]result, len(s.processes))
	for i, p := range s.processes {
		results[i] = p.wait(t)
	}
	first, last := results[0].at, results[0].at
	for _, r := range results {
		if r.at.Before(first) {
			first = r.at
		}
		if r.at.After(last) {
			last = r.at
		}
	}
	t.Logf("%d processes: the first ended after %v, the last after %v",
		len(results), first.Sub(began).Round(time.Millisecond), last.Sub(began).Round(time.Millisecond))
	return results, last.Sub(began)
}

func dev(int) string { return "dev" }
