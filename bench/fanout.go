package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// inFlight is the number of runs at the same time, which is the default of run for operations.
const inFlight = 50

// A fanoutRow is a row of the table of `lanyard run`.
type fanoutRow struct {
	name  string
	n     int  // accounts
	cold  bool // no credentials are in the cache
	limit bool // the portal accepts 20 requests per second
	floor time.Duration
	long  bool // takes a minute
}

// fanouts measures `lanyard run` of a built-in operation in emulated accounts, and of programs
// against a loop of the shell with the AWS CLI.
func fanouts(w *report, dir string, o options, p programs) error {
	calls := func(n int) time.Duration { return time.Duration((n+inFlight-1)/inFlight) * delay }
	text := fmt.Sprintf("\nrun of sts get-caller-identity, latency %v, %d at once\ttime\tfloor\tx floor\tfirst row\tCPU\tcalls\trequests for credentials\tpeak MB\n", delay, inFlight)
	for _, r := range []fanoutRow{
		{"credentials in the cache", 1000, false, false, calls(1000), false},
		{"no credentials, no limit", 1000, true, false, 2 * calls(1000), false},
		{"no credentials, 20 per second", 300, true, true, time.Duration(280.0 / 20 * float64(time.Second)), false},
		{"no credentials, 20 per second", 1000, true, true, time.Duration(980.0 / 20 * float64(time.Second)), true},
	} {
		if r.long && o.listings != "long" {
			continue
		}
		row, err := r.run(w, dir, p)
		if err != nil {
			return fmt.Errorf("%s: %w", r.name, err)
		}
		text += row
	}
	if err := printTable(w, text); err != nil {
		return err
	}
	return loops(w, dir, o, p)
}

// run measures a row. The list of accounts is already stored.
func (r fanoutRow) run(out *report, dir string, p programs) (string, error) {
	idc, home, err := fanoutHome(dir, fmt.Sprintf("fanout-%d-%v-%v", r.n, r.cold, r.limit), r.n, p)
	if err != nil {
		return "", err
	}
	defer idc.close()
	argv := []string{p.lanyard, "run", "--match", "*", "--role", "PermissionSet00Access", "--yes", "--region", "us-east-1", "--output", "json", "--", "sts", "get-caller-identity"}
	if !r.cold {
		if _, err := timed(idc.env(home), argv); err != nil {
			return "", err
		}
	}
	if err := os.RemoveAll(filepath.Join(home, ".aws", "lanyard", "rate")); err != nil {
		return "", err
	}
	idc.ResetCounts()
	idc.SetRateLimits(r.limit)
	for _, operation := range []string{"GetRoleCredentials", "GetCallerIdentity"} {
		idc.AddFault(emulator.Fault{Operation: operation, Delay: delay})
	}
	t, err := timed(idc.env(home), argv)
	if err != nil {
		return "", err
	}
	if t.lines != r.n {
		return "", fmt.Errorf("%d lines", t.lines)
	}
	out.info(fmt.Sprintf("run: %d accounts, %s", r.n, r.name), fmt.Sprintf("%.2f x floor", t.took.Seconds()/r.floor.Seconds()))
	return fmt.Sprintf("%d accounts, %s\t%v\t%v\t%.2f\t%v\t%v\t%d\t%d\t%d\n", r.n, r.name, t.took.Round(time.Millisecond), r.floor,
		t.took.Seconds()/r.floor.Seconds(), t.first.Round(time.Millisecond), t.cpu.Round(time.Millisecond),
		idc.Count("GetCallerIdentity"), idc.Count("GetRoleCredentials"), t.memory>>20), nil
}

// fanoutHome makes an organization of n accounts and a home folder that has listed them.
func fanoutHome(dir, name string, n int, p programs) (*service, string, error) {
	idc, err := serve(organizationSize{n, 1}.organization())
	if err != nil {
		return nil, "", err
	}
	config := session + profile
	for i := range 10 {
		config += fmt.Sprintf("\n[profile loop-%d]\nsso_session = corp\nsso_account_id = %012d\nsso_role_name = PermissionSet00Access\nregion = us-east-1\n", i, i+1)
	}
	home, err := newHome(dir, name, config)
	if err == nil {
		err = idc.signIn(p, home, "corp")
	}
	if err == nil {
		_, err = timed(idc.env(home), []string{p.lanyard, "accounts", "--sso-session", "corp"})
	}
	if err != nil {
		idc.close()
	}
	return idc, home, err
}

// A timing describes one run of a program.
type timing struct {
	took, first time.Duration // until the end, and until the first output
	cpu         time.Duration
	lines       int
	memory      int64
}

// timed runs a program.
func timed(env, argv []string) (t timing, err error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	var stderr bytes.Buffer
	out := firstWrite{began: time.Now()}
	cmd.Env, cmd.Stdout, cmd.Stderr = env, &out, &stderr
	if err := cmd.Run(); err != nil {
		return t, fmt.Errorf("%s: %w: %s", strings.Join(argv[1:], " "), err, stderr.Bytes())
	}
	return timing{
		time.Since(out.began), out.first, cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime(),
		out.lines, maxMemory(cmd.ProcessState),
	}, nil
}

// A firstWrite counts lines, and remembers when the first arrived.
type firstWrite struct {
	began time.Time
	first time.Duration
	lines int
}

func (f *firstWrite) Write(p []byte) (int, error) {
	if f.lines == 0 {
		f.first = time.Since(f.began)
	}
	f.lines += bytes.Count(p, []byte("\n"))
	return len(p), nil
}

// loops compares a program for each of ten accounts with a loop of the shell.
func loops(w *report, dir string, o options, p programs) error {
	aws, err := exec.LookPath(o.aws)
	if err != nil {
		_, err := fmt.Fprintf(w, "\nno AWS CLI to compare run with: %v\n", err)
		return err
	}
	const n = 10
	idc, home, err := fanoutHome(dir, "loop", n, p)
	if err != nil {
		return err
	}
	defer idc.close()
	env := idc.env(home)
	if err := credentialsFor(p, env, home, n); err != nil {
		return err
	}
	text := fmt.Sprintf("\n%d accounts, credentials in the cache\ttime\tCPU\tx the loop\tfor 1000 accounts\n", n)
	var loop time.Duration
	for _, c := range []struct {
		name string
		argv []string
	}{
		{"a loop of the shell with the AWS CLI", []string{"sh", "-c", fmt.Sprintf("for i in 0 1 2 3 4 5 6 7 8 9; do %q sts get-caller-identity --profile loop-$i || exit; done", aws)}},
		{"run with the AWS CLI as a program", []string{p.lanyard, "run", "--profile", "loop-*", "--", aws, "sts", "get-caller-identity"}},
		{"run with `true` as a program", []string{p.lanyard, "run", "--profile", "loop-*", "--", "true"}},
		{"run of the built-in operation", []string{p.lanyard, "run", "--profile", "loop-*", "--", "sts", "get-caller-identity"}},
	} {
		t, err := timed(env, c.argv)
		if err != nil {
			return err
		}
		if loop == 0 {
			loop = t.took
		}
		w.info(fmt.Sprintf("run: %d accounts, %s", n, c.name), fmt.Sprintf("%.3f x the loop", t.took.Seconds()/loop.Seconds()))
		text += fmt.Sprintf("%s\t%v\t%v\t%.3f\t%v\n", c.name, t.took.Round(time.Millisecond), t.cpu.Round(time.Millisecond),
			t.took.Seconds()/loop.Seconds(), (t.took * 1000 / n).Round(time.Second))
	}
	return printTable(w, text)
}

// credentialsFor gets the credentials of the profiles of the loop into the cache, where the AWS CLI
// also finds them.
func credentialsFor(p programs, env []string, home string, n int) error {
	for i := range n {
		if _, err := timed(env, []string{p.lanyard, "sso", "get-credentials", "--profile", fmt.Sprintf("loop-%d", i)}); err != nil {
			return err
		}
	}
	files, err := filepath.Glob(filepath.Join(ssocache.Dir{Home: home}.Roles(), "*.json"))
	if err == nil && len(files) != n {
		err = fmt.Errorf("%d cached roles", len(files))
	}
	return err
}
