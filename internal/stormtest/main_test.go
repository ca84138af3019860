package stormtest_test

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// program is the path of the program under test.
var program string

// TestMain builds the program. The test binary is also the tracer that kills it.
func TestMain(m *testing.M) {
	if code, ok := runTracer(os.Args[1:]); ok {
		os.Exit(code)
	}
	os.Exit(proctest.Main(m, &program, 16))
}

// full reports whether all tests run, as in make storm. Otherwise only the part for make test
// runs, and the log lists the remaining tests.
func full() bool { return os.Getenv("STORM") == "full" }

// rounds returns STORM_ROUNDS, the number of rounds of a scene with random kills in make
// storm.
func rounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("STORM_ROUNDS")
	if text == "" {
		return 2
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatalf("STORM_ROUNDS: %v", err)
	}
	return n
}

// seeds returns the seeds of n rounds. It returns STORM_SEED if that is set, fixed seeds in
// make test, and random seeds in make storm.
func seeds(t *testing.T, n int) (found []uint64) {
	t.Helper()
	if text := os.Getenv("STORM_SEED"); text != "" {
		seed, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatalf("STORM_SEED: %v", err)
		}
		return []uint64{seed}
	}
	for i := range n {
		seed := uint64(i + 1)
		if full() {
			seed = uint64(rand.Uint32())
		}
		found = append(found, seed)
	}
	return found
}
