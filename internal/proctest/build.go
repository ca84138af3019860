// Package proctest builds the program and runs its processes, for tests of the whole program.
// Only tests import it.
//
// A test package calls [Main] from its TestMain and starts each process with [Command.Start].
package proctest

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"
)

// Main builds the program, stores its path in *program, runs the tests of m and
// returns the exit code for os.Exit. The argument parallel is the default of the flag
// -test.parallel. It can exceed the number of cores, because the tests mostly wait for
// their processes.
func Main(m *testing.M, program *string, parallel int) (code int) {
	dir, err := os.MkdirTemp("", "proctest-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if *program, err = build(dir); err == nil {
		err = flag.Set("test.parallel", strconv.Itoa(parallel))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return m.Run()
}

// build builds the program in dir with the linker flags of a release. It returns the
// path of the program.
func build(dir string) (path string, err error) {
	// Other users must be able to run the program, because some tests start it as another user.
	if err := os.Chmod(dir, 0o755); err != nil {
		return "", err
	}
	path = filepath.Join(dir, "lanyard")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	cmd := exec.Command("go", "build", "-buildvcs=false", "-ldflags=-s -w", "-o", path, "github.com/lanyard-cli/lanyard/cmd/lanyard")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the program: %w\n%s", err, out)
	}
	return path, nil
}
