// Package proctest builds the program and runs processes of it, for tests of the
// whole program. Only tests import it.
//
// A test package calls [Main] from its TestMain and starts each process with
// [Command.Start].
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
// returns the exit code for os.Exit. Up to parallel tests run side by side, unless
// the command line says otherwise: they mostly wait for the processes that they
// start, so more of them fit on a machine than it has cores.
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

// build builds the program in dir, as small as a release is, and returns its path.
func build(dir string) (path string, err error) {
	// Some tests start the program as another user.
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
