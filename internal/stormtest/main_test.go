package stormtest_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// program is the path of the binary under test.
var program string

// TestMain builds the program. The test binary also serves as the tracer that kills it.
func TestMain(m *testing.M) {
	if code, ok := runTracer(os.Args[1:]); ok {
		os.Exit(code)
	}
	os.Exit(run(m))
}

// run builds the program once for all tests, small as a release is.
func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "stormtest-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	// Some tests start the program as another user.
	if err := os.Chmod(dir, 0o755); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	program = filepath.Join(dir, "lanyard")
	if runtime.GOOS == "windows" {
		program += ".exe"
	}
	build := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "github.com/lanyard-cli/lanyard/cmd/lanyard")
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	// The tests that run side by side do little but wait, up to half a minute: more
	// of them fit on a machine than it has cores. The command line still decides.
	if err := flag.Set("test.parallel", "16"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}
