package interop_test

import (
	"os"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// lanyardPath is the path of the program under test.
var lanyardPath string

// TestMain builds the program. The test binary is also the client of the Go SDK. Each client
// needs its own process, because clients read HOME and the environment.
func TestMain(m *testing.M) {
	if os.Getenv(goClientVariable) != "" {
		os.Exit(goClient(os.Args[1:]))
	}
	if os.Getenv(bridgeVariable) != "" {
		os.Exit(bridge(os.Args[1:]))
	}
	os.Exit(proctest.Main(m, &lanyardPath, 6)) // few tests at once, because run also limits the programs
}
