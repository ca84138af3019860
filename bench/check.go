package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// budgetPath is the path of the budget in the project.
const budgetPath = "bench/budget.txt"

const (
	faultRuns       = 20 // how often each path runs for its page faults
	instructionRuns = 3  // how often each path runs for its instructions
)

var (
	errBroken      = errors.New("more than the budget allows. Find the cause (bench/README.md says how), or run \"make bench-check UPDATE=1\" and give the reason in the commit")
	errNotCompared = errors.New("nothing was compared")
)

// check compares the counts of the hot paths with the budget. If update is true, it writes the
// budget. It returns errBroken if a count exceeds its budget, and errNotCompared if no comparison is
// possible.
func check(w io.Writer, o options, update bool) error {
	b, err := readBudget(budgetPath, update)
	if err != nil {
		return err
	}
	if b.platform != thisPlatform() && !update {
		return fmt.Errorf("%w: the budget is for %s, but this is %s. Run \"make bench-check UPDATE=1\", and commit the file if the project now uses this version of Go",
			errNotCompared, b.platform, thisPlatform())
	}
	if runtime.GOOS != "linux" {
		return fmt.Errorf("%w: page faults are only comparable on Linux", errNotCompared)
	}
	valgrind, err := exec.LookPath("valgrind")
	if err != nil && update {
		return fmt.Errorf("the budget needs the number of instructions: %w. Run: sudo apt-get install valgrind", err)
	}
	began := time.Now()
	measured, err := measure(o, valgrind)
	if err != nil {
		return err
	}
	if update {
		next := b.updated(measured)
		fmt.Fprint(w, next)
		return os.WriteFile(budgetPath, []byte(next.String()), 0o644) //nolint:gosec // the file is in the repository
	}
	v, err := compare(w, b, measured)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "\n%d counts compared in %v, on %s.\n", v.compared, time.Since(began).Round(time.Second), thisPlatform())
	if valgrind == "" {
		fmt.Fprintln(w, "INSTRUCTIONS WERE NOT COMPARED, because valgrind is not installed. Run: sudo apt-get install valgrind")
	}
	if len(v.cheaper) > 0 {
		fmt.Fprintf(w, "Cheaper than the budget: %s. To keep this, run \"make bench-check UPDATE=1\".\n", strings.Join(v.cheaper, "; "))
	}
	switch {
	case len(v.broken) > 0:
		return fmt.Errorf("%d of %d counts: %w", len(v.broken), v.compared, errBroken)
	case v.compared == 0:
		return errNotCompared
	}
	return nil
}

// measure builds the programs, and counts on each hot path.
func measure(o options, valgrind string) ([]count, error) {
	dir, err := os.MkdirTemp("", "lanyard-bench-")
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	p, err := build(dir, true, onePage)
	if err != nil {
		return nil, err
	}
	idc, err := serveBuiltIn()
	if err != nil {
		return nil, err
	}
	defer idc.close()
	paths, stop, err := hotPaths(dir, o, p, idc)
	if err != nil {
		return nil, err
	}
	defer stop()
	if err := race(paths, faultRuns); err != nil {
		return nil, err
	}
	var all []count
	for _, c := range paths {
		n := count{name: c.name, faults: slices.Min(c.faults)}
		if valgrind != "" && !c.replaced {
			if n.instructions, err = instructions(valgrind, dir, c); err != nil {
				return nil, err
			}
		}
		all = append(all, n)
	}
	return all, nil
}

// hotPaths returns the commands of the budget. Each runs on one core, so that the counts do not depend
// on the number of cores.
func hotPaths(dir string, o options, p programs, idc *service) (all []*contestant, stop func(), err error) {
	o.aws = "" // the AWS CLI is not in the budget
	contestants, _, warm, err := prepare(dir, o, p, idc)
	if err != nil {
		return nil, nil, err
	}
	ten, err := newTen(o, p, warm)
	if err != nil {
		return nil, nil, err
	}
	contestants = append(append(contestants, ten.ours...), &contestant{name: "--help", argv: []string{p.lanyard, "--help"}, env: warm})
	for _, name := range []string{
		empty, small, fmt.Sprintf("warm, %d profiles", o.profiles), inPrompt, completed, completed + ", all names", inExec,
		"--version", "--help", caller, "ten: " + strings.Join(strings.Fields(tenOperations[1])[:2], " "), handOff,
	} {
		i := slices.IndexFunc(contestants, func(c *contestant) bool { return c.name == name })
		if i < 0 {
			_ = ten.server.Close()
			return nil, nil, fmt.Errorf("this machine cannot run the path %q", name)
		}
		c := *contestants[i]
		c.env = append(slices.Clone(c.env), "GOMAXPROCS=1")
		c.replaced = name == inExec || name == handOff
		all = append(all, &c)
	}
	return all, func() { _ = ten.server.Close() }, nil
}

var guestInstructions = regexp.MustCompile(`guest instrs:\s+([\d,]+)`)

// instructions returns the smallest number of instructions of a few runs in user mode. Valgrind
// executes the program on a simulated processor, and runs one thread at a time.
func instructions(valgrind, dir string, c *contestant) (int64, error) {
	log := filepath.Join(dir, "valgrind.log")
	counted := *c
	counted.argv = append([]string{valgrind, "--tool=lackey", "--basic-counts=yes", "--log-file=" + log}, c.argv...)
	var least int64
	for range instructionRuns {
		if err := counted.run(false); err != nil {
			return 0, err
		}
		data, err := os.ReadFile(log)
		if err != nil {
			return 0, err
		}
		m := guestInstructions.FindSubmatch(data)
		if m == nil {
			return 0, fmt.Errorf("%s: valgrind has not counted the instructions:\n%s", c.name, data)
		}
		n, err := strconv.ParseInt(strings.ReplaceAll(string(m[1]), ",", ""), 10, 64)
		if err != nil {
			return 0, err
		}
		if least == 0 || n < least {
			least = n
		}
	}
	return least, nil
}
