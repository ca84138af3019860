// Bench measures the speed of lanyard and of other programs, in one run on one machine. README.md
// explains the table. Bench does not fail because of a slow result.
//
//	go run ./bench [-n RUNS] [-profiles N] [-aws PROGRAM] [-storms=false] [-load=false] [-menu=false]
//	    [-listings=off] [-fanouts=off] [-peers=off]
//	go run ./bench -check [-update]
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

type options struct {
	runs     int
	profiles int
	aws      string
	storms   bool
	load     bool
	menu     bool
	listings string
	fanouts  string
	peers    string
}

func main() {
	var o options
	flag.IntVar(&o.runs, "n", 100, "how often each command runs; the table shows medians")
	flag.IntVar(&o.profiles, "profiles", 10_000, "the size of the large config")
	flag.StringVar(&o.aws, "aws", "aws", "the AWS CLI to compare with: a name on PATH, or a path")
	flag.BoolVar(&o.storms, "storms", true, "also run storms of processes")
	flag.BoolVar(&o.load, "load", true, "also load the emulator and serve ecs")
	flag.BoolVar(&o.menu, "menu", true, "also measure the menu of pick with 100,000 entries")
	flag.StringVar(&o.listings, "listings", "short", "measure lanyard accounts: short, long (half an hour), only (nothing else), or off")
	flag.StringVar(&o.fanouts, "fanouts", "on", "measure lanyard run: on, only (nothing else), or off")
	flag.StringVar(&o.peers, "peers", "on", "compare with aws-vault, granted and aws-sso, if they are on PATH: on, only (nothing else), or off")
	inside := flag.String("inside", "", "used by bench itself: measure the peers and this lanyard, behind the proxy of an emulator")
	checks := flag.Bool("check", false, "compare instructions and page faults of the hot paths with "+budgetPath+", and measure nothing else")
	update := flag.Bool("update", false, "with -check: write the budget again")
	flag.Parse()
	if *inside != "" {
		if err := insidePeers(os.Stdout, o, *inside); err != nil {
			fmt.Fprintln(os.Stderr, "bench:", err)
			os.Exit(1)
		}
		return
	}
	if *checks {
		os.Exit(checkStatus(check(os.Stdout, o, *update)))
	}
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1) // bench has measured nothing
	}
}

// checkStatus prints the error of check, and returns the exit code: 1 if a path exceeds its budget or
// could not run, and 2 if nothing was compared.
func checkStatus(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "bench-check:", err)
	if errors.Is(err, errNotCompared) {
		return 2
	}
	return 1
}

// run runs all benchmarks, and prints a summary of them.
func run(o options) error {
	switch {
	case !slices.Contains([]string{"short", "long", "only", "off"}, o.listings):
		return fmt.Errorf("-listings must be short, long, only or off")
	case !slices.Contains([]string{"on", "only", "off"}, o.fanouts):
		return fmt.Errorf("-fanouts must be on, only or off")
	case !slices.Contains([]string{"on", "only", "off"}, o.peers):
		return fmt.Errorf("-peers must be on, only or off")
	case o.runs < 1 || o.profiles < 1:
		return fmt.Errorf("-n and -profiles must be at least 1")
	}
	dir, err := os.MkdirTemp("", "lanyard-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	r := &report{Writer: os.Stdout}
	fmt.Fprintf(r, "%s %s/%s, %d cores, %s\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), time.Now().Format(time.DateOnly))
	if err := benchmarks(r, dir, o); err != nil {
		return err
	}
	return r.summary()
}

// benchmarks runs the benchmarks that the options select.
func benchmarks(r *report, dir string, o options) error {
	programs, err := build(dir, false, readAhead)
	if err != nil {
		return err
	}
	if o.peers != "off" {
		if err := besidePeers(r, o, programs); err != nil || o.peers == "only" {
			return err
		}
	}
	if o.fanouts != "off" {
		if err := fanouts(r, dir, o, programs); err != nil || o.fanouts == "only" {
			return err
		}
	}
	if o.listings != "off" {
		if err := listings(r, dir, programs, o.listings == "long"); err != nil || o.listings == "only" {
			return err
		}
	}
	idc, err := serveBuiltIn()
	if err != nil {
		return err
	}
	defer idc.close()
	if err := commands(r, dir, o, programs, idc); err != nil {
		return err
	}
	if o.menu {
		if err := menu(r, dir, programs, o.runs); err != nil {
			return err
		}
	}
	if o.storms {
		if err := storms(r, dir, programs, idc); err != nil {
			return err
		}
		if err := agentMemory(r, dir, programs, idc); err != nil {
			return err
		}
	}
	if !o.load {
		return nil
	}
	if err := serveLoad(r, dir, programs, idc); err != nil {
		return err
	}
	if err := signing(r, dir); err != nil {
		return err
	}
	return load(r)
}

// commands measures single commands, in turn.
func commands(r *report, dir string, o options, p programs, idc *service) error {
	contestants, notes, warm, err := prepare(dir, o, p, idc)
	if err != nil {
		return err
	}
	ten, err := newTen(o, p, warm)
	if err != nil {
		return err
	}
	defer func() { _ = ten.server.Close() }()
	contestants = append(append(contestants, ten.ours...), ten.theirs...)
	agents, stop, err := besideAgents(dir, p, idc)
	defer stop()
	if err != nil {
		return err
	}
	contestants = append(contestants, agents...)
	if err := race(contestants, o.runs); err != nil {
		return err
	}
	if err := table(r, contestants); err != nil {
		return err
	}
	ten.report(r)
	for _, n := range notes {
		fmt.Fprintln(r, n)
	}
	return nil
}
