package interop_test

import (
	"os"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// lanyardPath is the path of the program under test.
var lanyardPath string

// TestMain builds the program. The test binary also serves as the client of the
// Go SDK: a client reads HOME and the environment, so each needs a process of
// its own.
func TestMain(m *testing.M) {
	if os.Getenv(goClientVariable) != "" {
		os.Exit(goClient(os.Args[1:]))
	}
	os.Exit(proctest.Main(m, &lanyardPath, 6)) // few: the programs that the tests run are limited too
}
