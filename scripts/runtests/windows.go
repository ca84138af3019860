package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// notOnWindows lists the packages whose tests runWindows does not run, and the reasons.
var notOnWindows = []struct{ folder, reason string }{
	{"internal/engine", "pure computation, the same on every system; the scripts of internal/cli run operations"},
	{"internal/leaktest", "builds the program with go, which is not installed there"},
	{"internal/layout", "checks the source code"},
	{"internal/ratelimit", "computes with a simulated service and clock, the same on every system"},
	{"internal/stormtest", "kills and counts processes as on Unix; the scripts of internal/cli start 20 and 50 processes at once"},
	{"interop", "starts the AWS CLI, boto3 and other clients, which are not installed there"},
	{"scripts", "checks the documents and draws pictures"},
	{"bench", "measures the speed on Linux"},
}

// runWindows cross-compiles the tests of all other packages and runs them with wine. Then it runs
// the program itself. See scripts/wine/run.
func runWindows(log io.Writer) (bool, error) {
	all, err := packages("GOOS=windows")
	if err != nil {
		return false, err
	}
	s := newSummary(os.Stdout, log)
	fmt.Println("== go test with wine, except:")
	var out []string
	for _, p := range notOnWindows {
		if len(packagesIn(all, []string{p.folder})) == 0 {
			return false, fmt.Errorf("notOnWindows: no package is in %s", p.folder)
		}
		out = append(out, p.folder)
		fmt.Printf("   %s: %s\n", p.folder, p.reason)
	}
	env := []string{"GOOS=windows", "GOARCH=amd64", "CGO_ENABLED=0"}
	rest := packagesOutside(all, out)
	for _, group := range []struct {
		flags, packages []string
	}{
		{nil, packagesOutside(rest, programTests)},
		{[]string{"-p=1"}, packagesIn(rest, programTests)},
	} {
		flags := append([]string{"-exec=wine", "-count=1", "-timeout=30m"}, group.flags...)
		if err := goTest(s, env, flags, group.packages); err != nil {
			return false, err
		}
		if err := repeatFaults(s, env, flags); err != nil {
			return false, err
		}
	}
	ok := s.print("")
	fmt.Println("== the program, built like a release")
	if err := runProgram(env); err != nil {
		fmt.Println(err)
		return false, nil
	}
	return ok, nil
}

// runProgram builds the program and runs commands that start other programs and delete files.
func runProgram(env []string) error {
	dir, err := os.MkdirTemp("", "windows-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	program := filepath.Join(dir, "lanyard.exe")
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", program, "./cmd/lanyard")
	build.Env = append(os.Environ(), env...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	for _, c := range []struct {
		args []string
		want string // in the output
	}{
		{[]string{"version"}, "windows/amd64"},
		{[]string{"demo"}, "the token was refreshed (1 call)"},
		{[]string{"emulator", "run", "--auto-approve", "jane", "--", program, "sso", "login", "--sso-session", "lanyard-emulator"}, "Successfully logged into"},
	} {
		cmd := exec.Command("wine", append([]string{program}, c.args...)...)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		line := "lanyard " + strings.Join(c.args, " ")
		if err != nil {
			return fmt.Errorf("FAIL %s: %w\n%s", line, err, out)
		}
		if !bytes.Contains(out, []byte(c.want)) {
			return fmt.Errorf("FAIL %s: the output does not have %q:\n%s", line, c.want, out)
		}
		fmt.Println("ok  ", line)
	}
	return nil
}

// wineFault is in the output of a test that could not start a program. Wine 8 fails to start about
// one program in a thousand.
const wineFault = ": Internal error."

// repeatFaults runs the failed tests again in which wine did not start a program.
func repeatFaults(s *summary, env, flags []string) error {
	for _, name := range s.takeFaults() {
		fmt.Println("again, because wine did not start a program:", name)
		run := "-run=^" + strings.ReplaceAll(name.Test, "/", "$/^") + "$"
		if err := goTest(s, env, append(flags, run), []string{name.Package}); err != nil {
			return err
		}
	}
	return nil
}

// takeFaults removes the failures with a wineFault, and the failures of tests that failed only
// because of them. It returns the names of the former.
func (s *summary) takeFaults() (faults []testName) {
	isFault := func(r result) bool {
		return r.name.Test != "" && strings.Contains(strings.Join(r.output, ""), wineFault)
	}
	parents := map[testName]bool{} // whether all failed subtests are faults
	for _, r := range s.failures {
		if isFault(r) {
			faults = append(faults, r.name)
		}
		if parent, _, sub := strings.Cut(r.name.Test, "/"); sub {
			p := testName{r.name.Package, parent}
			all, seen := parents[p]
			parents[p] = isFault(r) && (all || !seen)
		}
	}
	s.failures = slices.DeleteFunc(s.failures, func(r result) bool { return isFault(r) || parents[r.name] })
	return faults
}
