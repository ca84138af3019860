// Runtests runs every test of the project, with the race detector if possible. At the end, it
// lists the skipped tests and the reasons. If a test fails, it keeps the whole log in .cache,
// prints the path of the log, and exits with 1. Skipped tests do not change the exit code.
//
//	go run ./scripts/runtests
//
// With -windows, it runs the tests of Windows programs with wine:
//
//	./scripts/wine/run go run ./scripts/runtests -windows
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
)

const module = "github.com/lanyard-cli/lanyard/"

// programTests are the packages whose tests start hundreds of programs. They run last and without
// the race detector, because the detector makes each start ten times as slow. Tests of other
// packages run the code of these programs with the detector, except in singleTests.
var programTests = []string{"internal/cli", "internal/configfile", "internal/stormtest", "internal/leaktest", "interop"}

// singleTests are packages without concurrency. They have so many cases that the race detector
// would take minutes.
var singleTests = []string{"internal/awsconfig", "internal/engine/s3ls"}

// stormTests use the whole machine, so no other tests run at the same time.
var stormTests = []string{"internal/stormtest"}

func main() {
	windows := flag.Bool("windows", false, "run the tests of Windows programs with wine")
	flag.Parse()
	ok, err := run(*windows)
	if err != nil {
		fmt.Fprintln(os.Stderr, "runtests:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

// run runs all tests and reports whether all of them passed.
func run(windows bool) (ok bool, err error) {
	log, err := newLog()
	if err != nil {
		return false, err
	}
	if windows {
		ok, err = runWindows(log)
	} else {
		ok, err = runAll(log)
	}
	if err := log.Close(); err != nil {
		return false, err
	}
	if ok && err == nil {
		return true, os.Remove(log.Name())
	}
	fmt.Printf("the whole log: %s\n", log.Name())
	return ok, err
}

// newLog creates the log in a folder that Git ignores.
func newLog() (*os.File, error) {
	if err := os.MkdirAll(".cache", 0o755); err != nil {
		return nil, err
	}
	return os.CreateTemp(".cache", "test-*.log")
}

func runAll(log io.Writer) (bool, error) {
	all, err := packages()
	if err != nil {
		return false, err
	}
	race, env, note := detector()
	s := newSummary(os.Stdout, log)
	fmt.Println("== go test " + strings.Join(race, " "))
	rest := packagesOutside(all, programTests, singleTests)
	for _, group := range []struct {
		flags, packages []string
	}{
		{race, rest},
		{nil, packagesIn(all, singleTests)},
		{[]string{"-p=2", "-count=1"}, packagesOutside(packagesIn(all, programTests), stormTests)},
		{[]string{"-count=1"}, packagesIn(all, stormTests)},
	} {
		if err := goTest(s, env, group.flags, group.packages); err != nil {
			return false, err
		}
	}
	return s.print(note), nil
}

// detector returns the flag and the environment for the race detector. The detector needs cgo,
// and cgo needs a C compiler. If there is no C compiler, note says that the tests run without the
// detector.
func detector() (flags, env []string, note string) {
	compiler, err := exec.Command("go", "env", "CC").Output()
	if words := strings.Fields(string(compiler)); err == nil && len(words) > 0 {
		if _, err := exec.LookPath(words[0]); err == nil {
			return []string{"-race"}, []string{"CGO_ENABLED=1"}, ""
		}
	}
	return nil, []string{"CGO_ENABLED=0"}, "the race detector: it needs a C compiler such as gcc"
}

// packages returns the packages of the project.
func packages(env ...string) ([]string, error) {
	cmd := exec.Command("go", "list", "./...")
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	return strings.Fields(string(out)), nil
}

// goTest tests the packages and adds the results to the summary.
func goTest(s *summary, env, flags, packages []string) error {
	if len(packages) == 0 {
		return errors.New("a group has no packages: its list names packages that do not exist")
	}
	cmd := exec.Command("go", slices.Concat([]string{"test", "-json"}, flags, packages)...)
	cmd.Env = append(os.Environ(), env...)
	var complaints bytes.Buffer
	cmd.Stderr = io.MultiWriter(&complaints, s.log)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	readErr := s.read(out)
	err = cmd.Wait()
	if err != nil && !s.failed() { // go test itself failed
		return fmt.Errorf("go test: %w\n%s", err, complaints.Bytes())
	}
	return readErr
}

// packagesIn returns the packages that are in one of the folders.
func packagesIn(packages, folders []string) []string {
	return slices.DeleteFunc(slices.Clone(packages), func(p string) bool { return !isIn(p, folders) })
}

// packagesOutside returns the packages that are outside of all folders.
func packagesOutside(packages []string, folders ...[]string) []string {
	return slices.DeleteFunc(slices.Clone(packages), func(p string) bool { return isIn(p, slices.Concat(folders...)) })
}

func isIn(pkg string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		return pkg == module+folder || strings.HasPrefix(pkg, module+folder+"/")
	})
}
