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

// TestMain builds the program. The test binary also serves as the tracer that kills it.
func TestMain(m *testing.M) {
	if code, ok := runTracer(os.Args[1:]); ok {
		os.Exit(code)
	}
	os.Exit(proctest.Main(m, &program, 16))
}

// full says that everything is run, as make storm does. Otherwise it is what fits
// into make test, and the log says what is left out.
func full() bool { return os.Getenv("STORM") == "full" }

// rounds is how often make storm plays a scene with chance in it: STORM_ROUNDS.
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

// seeds gives the seeds of n rounds: that of STORM_SEED if it is set, always the
// same in the short form, and others each time in the full one.
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
