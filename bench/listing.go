package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net/http"
	"os/exec"
	"sync"
	"sync/atomic"
	"time"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// memoryTarget is the most resident memory of a listing, in megabytes.
const memoryTarget = 150

// delay is the latency of the portal in the listings.
const delay = 50 * time.Millisecond

// An organizationSize is the size of an organization of the listings.
type organizationSize struct{ accounts, roles int }

func (s organizationSize) String() string { return fmt.Sprintf("%d x %d", s.accounts, s.roles) }

func (s organizationSize) pages() int    { return (s.accounts + 99) / 100 }
func (s organizationSize) requests() int { return s.pages() + s.accounts }

// chain is the least time without a limit: the account pages one after the other, and the roles of
// the last page.
func (s organizationSize) chain() time.Duration { return time.Duration(s.pages()+1) * delay }

// limited is the least time at a number of requests per second, after a burst of 20.
func (s organizationSize) limited(perSecond float64) time.Duration {
	return time.Duration(float64(s.requests()-20) / perSecond * float64(time.Second))
}

// A listingRow is a row of the table of listings.
type listingRow struct {
	name      string
	size      organizationSize
	limit     bool
	other     float64 // requests per second of another client
	processes int
	floor     time.Duration
	target    float64 // multiple of floor
	long      bool    // takes minutes
}

// listings measures `lanyard accounts` in organizations of several sizes, without a limit and with
// the limit of 20 requests per second.
func listings(w *report, dir string, p programs, long bool) error {
	small, middle, large := organizationSize{300, 3}, organizationSize{2000, 5}, organizationSize{10_000, 10}
	text := fmt.Sprintf("\naccounts, latency %v\ttime\tfloor\tx floor\tfirst row\trequests\trefused\trows\tpeak MB\ttarget\n", delay)
	for _, r := range []listingRow{
		{"no limit, ", small, false, 0, 1, small.chain(), 1.5, false},
		{"no limit, ", middle, false, 0, 1, middle.chain(), 2, false},
		{"no limit, ", large, false, 0, 1, large.chain(), 2, false},
		{"20 per second, ", small, true, 0, 1, small.limited(20), 1.05, false},
		{"20 per second, five processes, ", small, true, 0, 5, small.limited(20), 1.05, false},
		{"20 per second, another client uses 8, ", small, true, 8, 1, small.limited(12), 1.05, false},
		{"20 per second, ", middle, true, 0, 1, middle.limited(20), 1.05, true},
		{"20 per second, another client uses 8, ", middle, true, 8, 1, middle.limited(12), 1.05, true},
		{"20 per second, ", large, true, 0, 1, large.limited(20), 1.05, true},
	} {
		if r.long && !long {
			continue
		}
		row, err := r.run(w, dir, p)
		if err != nil {
			return fmt.Errorf("%s%v: %w", r.name, r.size, err)
		}
		text += row
	}
	return printTable(w, text)
}

// organization returns the organization of a row.
func (s organizationSize) organization() emulator.Config {
	c := emulator.Config{AutoApprove: "jane", Users: []emulator.User{{Name: "jane"}}}
	for i := range s.accounts {
		c.Accounts = append(c.Accounts, emulator.Account{
			ID: fmt.Sprintf("%012d", i+1), Name: fmt.Sprintf("team-%03d-workload-%05d", i%97, i), Email: fmt.Sprintf("aws+%05d@example.com", i),
		})
	}
	for i := range s.roles {
		c.PermissionSets = append(c.PermissionSets, emulator.PermissionSet{Name: fmt.Sprintf("PermissionSet%02dAccess", i)})
	}
	c.Assignments = []emulator.Assignment{{User: "jane", Accounts: []string{"*"}, PermissionSets: []string{"*"}}}
	return c
}

// run measures a row, and then a search in the list as the second run.
func (r listingRow) run(out *report, dir string, p programs) (string, error) {
	idc, err := serve(r.size.organization())
	if err != nil {
		return "", err
	}
	defer idc.close()
	home, err := newHome(dir, fmt.Sprintf("listing-%d-%v-%v-%d", r.size.accounts, r.limit, r.other, r.processes), session+profile)
	if err == nil {
		err = idc.signIn(p, home, "corp")
	}
	if err != nil {
		return "", err
	}
	idc.ResetCounts()
	idc.SetRateLimits(r.limit)
	for _, operation := range []string{"ListAccounts", "ListAccountRoles"} {
		idc.AddFault(emulator.Fault{Operation: operation, Delay: delay})
	}
	var mine atomic.Int64 // requests of the other client
	stop, err := r.startOther(idc, home, &mine)
	if err != nil {
		return "", err
	}
	env := idc.env(home)
	var wg sync.WaitGroup
	runs := make([]listingRun, r.processes)
	began := time.Now()
	for i := range runs {
		wg.Go(func() { runs[i] = listOnce(p.lanyard, env, began) })
	}
	wg.Wait()
	stop()
	slowest := runs[0]
	for _, run := range runs {
		if run.err != nil {
			return "", run.err
		}
		if run.rows != r.size.accounts {
			return "", fmt.Errorf("%d rows", run.rows)
		}
		slowest.took, slowest.first, slowest.memory = max(slowest.took, run.took), max(slowest.first, run.first), max(slowest.memory, run.memory)
	}
	requests := idc.Count("ListAccounts") + idc.Count("ListAccountRoles") - int(mine.Load())
	times, memory := slowest.took.Seconds()/r.floor.Seconds(), slowest.memory>>20
	out.add(fmt.Sprintf("accounts: %s%v", r.name, r.size), fmt.Sprintf("%.2f x floor, %d MB", times, memory),
		fmt.Sprintf("<= %.2f x floor, < %d MB", r.target, memoryTarget), times <= r.target && memory < memoryTarget)
	text := fmt.Sprintf("%s%v\t%v\t%v\t%.2f\t%v\t%d\t%.1f %%\t%d\t%d\t<= %.2f x floor\n", r.name, r.size,
		slowest.took.Round(time.Millisecond), r.floor, times, slowest.first.Round(time.Millisecond),
		requests, 100*float64(requests-r.size.requests())/float64(r.size.requests()), slowest.rows, memory, r.target)
	if r.limit || r.processes > 1 {
		return text, nil
	}
	second, err := r.secondRun(out, p, idc, home)
	return text + second, err
}

// startOther starts the other client. It uses the token of the home, because the limit counts the
// requests of a token.
func (r listingRow) startOther(idc *service, home string, requests *atomic.Int64) (stop func(), err error) {
	if r.other == 0 {
		return func() {}, nil
	}
	tok, err := ssocache.Dir{Home: home}.LoadToken("corp")
	if err != nil {
		return nil, err
	}
	done := make(chan struct{})
	tick := time.NewTicker(time.Duration(float64(time.Second) / r.other))
	go func() {
		for {
			select {
			case <-done:
				return
			case <-tick.C:
			}
			req, err := http.NewRequest(http.MethodGet, idc.url+"/assignment/accounts?max_result=1", nil)
			if err != nil {
				return
			}
			req.Header.Set("X-Amz-Sso_bearer_token", tok.AccessToken.Reveal())
			requests.Add(1)
			if resp, err := http.DefaultClient.Do(req); err == nil {
				_ = resp.Body.Close()
			}
		}
	}()
	return func() { tick.Stop(); close(done) }, nil
}

// A listingRun is one run of `lanyard accounts`.
type listingRun struct {
	took, first time.Duration // until the end, and until the first account
	rows        int
	memory      int64 // the most resident memory, in bytes
	err         error
}

func listOnce(program string, env []string, began time.Time) (r listingRun) {
	cmd := exec.Command(program, "accounts")
	var stderr bytes.Buffer
	cmd.Env, cmd.Stderr = env, &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		r.err = err
		return r
	}
	for lines := bufio.NewScanner(out); lines.Scan(); r.rows++ {
		if r.rows == 1 { // after the headings
			r.first = time.Since(began)
		}
	}
	if err := cmd.Wait(); err != nil {
		r.err = fmt.Errorf("%w: %s", err, stderr.Bytes())
	}
	r.took, r.rows, r.memory = time.Since(began), r.rows-1, maxMemory(cmd.ProcessState)
	return r
}

// secondRun compares commands that answer from the list with a warm answer.
func (r listingRow) secondRun(out *report, p programs, idc *service, home string) (string, error) {
	env := idc.env(home)
	account := fmt.Sprintf("%012d", r.size.accounts/2)
	warm := &contestant{name: "warm", env: env, argv: []string{p.lanyard, "sso", "get-credentials", "--account-id", account, "--role-name", "PermissionSet00Access", "--sso-session", "corp"}}
	all := []*contestant{
		warm,
		{name: "second run: roles ID, ", env: env, argv: []string{p.lanyard, "roles", account}},
		{name: "second run: find, ", env: env, argv: []string{p.lanyard, "find", "workload-00123", "set01"}},
		{name: "second run: completion of roles, ", env: env, argv: []string{p.lanyard, "__complete", "fish", "roles", "team-005-workload-0"}},
	}
	if err := race(all, 15); err != nil {
		return "", err
	}
	text := ""
	for _, c := range all[1:] {
		times := float64(median(c.times)) / float64(median(warm.times))
		out.add(fmt.Sprintf("accounts: %s%v", c.name, r.size), fmt.Sprintf("%.2f x warm", times), "<= 2", times <= 2)
		text += fmt.Sprintf("%s%v\t%v\t%v\t%.2f\t\t\t\t\t\t<= 2 x warm\n", c.name, r.size, median(c.times).Round(10*time.Microsecond),
			median(warm.times).Round(10*time.Microsecond), times)
	}
	return text, nil
}
