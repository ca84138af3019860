package interop_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// lanyardPath is the program under test, built once.
var lanyardPath string

// TestMain builds the program. The test binary also serves as the client of the
// Go SDK: a client reads HOME and the environment, so each needs a process of
// its own.
func TestMain(m *testing.M) {
	if os.Getenv(goClientVariable) != "" {
		os.Exit(goClient(os.Args[1:]))
	}
	os.Exit(build(m))
}

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "lanyard-interop")
	if err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		return 1
	}
	defer os.RemoveAll(dir)
	lanyardPath = filepath.Join(dir, "lanyard")
	if out, err := exec.Command("go", "build", "-o", lanyardPath, "github.com/lanyard-cli/lanyard/cmd/lanyard").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "interop: build lanyard: %v\n%s", err, out)
		return 1
	}
	// A test mostly waits for the programs it runs, which are limited apart.
	if err := flag.Set("test.parallel", "6"); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		return 1
	}
	return m.Run()
}
