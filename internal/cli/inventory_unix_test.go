//go:build unix

package cli_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// An inventoryTest runs the program in a home folder that is signed in to a large organization.
type inventoryTest struct {
	t    *testing.T
	emu  *emulator.Emulator
	home string
	env  []string

	accounts int // their number
	srv      *httptest.Server
	open     atomic.Int32 // the connections to the emulator

	mu sync.Mutex
	// before is called with each request that lists something. account is "" for a page of
	// accounts. It may be nil.
	before func(account string)
}

// newInventoryTest signs in to an organization with accounts that have two roles each.
func newInventoryTest(t *testing.T, accounts int) *inventoryTest {
	t.Helper()
	c := emulator.Config{Users: []emulator.User{{Name: "jane"}}, PermissionSets: []emulator.PermissionSet{{Name: "a"}, {Name: "b"}}}
	for i := range accounts {
		c.Accounts = append(c.Accounts, emulator.Account{ID: fmt.Sprintf("%012d", 12+i), Name: fmt.Sprintf("acct-%03d", i)})
	}
	c.Assignments = []emulator.Assignment{{User: "jane", Accounts: []string{"*"}, PermissionSets: []string{"*"}}}
	emu, err := emulator.New(c)
	if err != nil {
		t.Fatal(err)
	}
	it := &inventoryTest{t: t, emu: emu, home: t.TempDir(), accounts: accounts}
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assignment/") {
			it.mu.Lock()
			if it.before != nil {
				it.before(r.URL.Query().Get("account_id"))
			}
			it.mu.Unlock()
		}
		emu.ServeHTTP(w, r)
	}))
	srv.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			it.open.Add(1)
		case http.StateClosed:
			it.open.Add(-1)
		}
	}
	srv.Start()
	t.Cleanup(srv.Close)
	it.srv = srv
	it.env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + it.home}, emulator.Env(srv.URL)...)
	config := "[sso-session corp]\nsso_start_url = " + emu.StartURL() + "\nsso_region = us-east-1\nsso_registration_scopes = sso:account:access\n"
	if err := os.MkdirAll(filepath.Join(it.home, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(it.home, ".aws", "config"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	it.signIn()
	return it
}

// signIn signs in as jane.
func (it *inventoryTest) signIn() {
	t := it.t
	t.Helper()
	login := it.command("login", "--use-device-code", "--no-browser", "--sso-session", "corp")
	out, err := login.StdoutPipe()
	if err == nil {
		err = login.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if code := regexp.MustCompile(`^[A-Z]{4}-[A-Z]{4}$`).FindString(lines.Text()); code != "" {
			if err := it.emu.Approve(code, "jane"); err != nil {
				t.Error(err)
			}
		}
	}
	if err := login.Wait(); err != nil {
		t.Fatalf("login: %v", err)
	}
}

func (it *inventoryTest) command(args ...string) *exec.Cmd {
	cmd := exec.Command("lanyard", args...)
	cmd.Env = it.env
	return cmd
}

// requests returns the number of requests that list something, and begins a new count.
func (it *inventoryTest) requests() int {
	n := it.emu.Count("ListAccounts") + it.emu.Count("ListAccountRoles")
	it.emu.ResetCounts()
	return n
}

// The program is killed again and again, each time after a few requests, until a run lists the
// rest. No run asks again for what an earlier run has stored.
func TestAccountsAfterKills(t *testing.T) {
	const accounts, each = 103, 9
	it := newInventoryTest(t, accounts)
	asked, stored := map[string]int{}, map[string]bool{}
	kills := 0
	var stdout, stderr bytes.Buffer
	for run := 1; ; run++ {
		if run > accounts {
			t.Fatal("the listing does not end")
		}
		data, _ := os.ReadFile(it.listFile())
		it.mu.Lock() // requests of the killed program may still arrive
		for _, l := range strings.SplitAfter(string(data), "\n") {
			if f := strings.Split(strings.TrimSuffix(l, "\n"), "\t"); f[0] == "roles" && strings.HasSuffix(l, "\n") {
				stored[f[2]] = true
			}
		}
		it.mu.Unlock()
		cmd := it.command("accounts")
		stdout.Reset()
		stderr.Reset()
		cmd.Stdout, cmd.Stderr = &stdout, &stderr
		n := 0
		it.mu.Lock()
		it.before = func(account string) {
			if stored[account] {
				t.Errorf("run %d asks again for account %s", run, account)
			}
			asked[account]++
			if n++; n == each {
				_ = cmd.Process.Kill()
			}
		}
		err := cmd.Start()
		it.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			break
		} else if cmd.ProcessState.Exited() {
			t.Fatalf("run %d: %v\n%s", run, err, stderr.Bytes())
		}
		kills++
	}
	if kills < 3 {
		t.Errorf("%d kills, want several", kills)
	}
	if rows := strings.Count(stdout.String(), "a, b\n"); rows != accounts {
		t.Errorf("the last run printed %d accounts, want %d", rows, accounts)
	}
	it.mu.Lock()
	it.before = nil
	it.mu.Unlock()
	it.requests()
	if out, err := it.command("accounts").Output(); err != nil || string(out) != stdout.String() || it.requests() != 0 {
		t.Errorf("the next run differs or makes requests: %v", err)
	}
}

// The program is killed at each request of a listing. The next run makes exactly the requests whose
// answers were not stored, and prints the same table. The whole list of 303 requests belongs to
// make storm.
func TestAccountsKilledAtEachRequest(t *testing.T) {
	accounts := 20
	if os.Getenv("STORM") == "full" {
		accounts = 300
	}
	total := (accounts+99)/100 + accounts
	it := newInventoryTest(t, accounts)
	whole, err := it.command("accounts").Output()
	if err != nil {
		t.Fatal(err)
	}
	for k := 1; k <= total; k++ {
		if err := os.RemoveAll(filepath.Dir(it.listFile())); err != nil {
			t.Fatal(err)
		}
		cmd, n := it.command("accounts"), 0
		it.mu.Lock()
		it.before = func(string) {
			if n++; n == k {
				_ = cmd.Process.Kill()
			}
		}
		err := cmd.Start()
		it.mu.Unlock()
		if err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // killed, or at its end already
		it.settle()
		it.mu.Lock()
		it.before = nil
		it.mu.Unlock()
		missing := total - it.answers()
		it.requests()
		out, err := it.command("accounts").Output()
		if err != nil || !bytes.Equal(out, whole) {
			t.Fatalf("after a kill at request %d: %v\n%s", k, err, out)
		}
		if made := it.requests(); made != missing {
			t.Errorf("after a kill at request %d: %d requests, want the %d missing ones", k, made, missing)
		}
	}
}

// settle waits until the emulator has answered all requests of a killed program. The last
// connections of the program may wait in the queue of the system, before the connection of settle.
func (it *inventoryTest) settle() {
	it.t.Helper()
	req, err := http.NewRequest("GET", it.srv.URL, nil)
	if err == nil {
		req.Close = true
		var resp *http.Response
		if resp, err = http.DefaultClient.Do(req); err == nil {
			_ = resp.Body.Close()
		}
	}
	if err != nil {
		it.t.Fatal(err)
	}
	proctest.Eventually(it.t, "the end of all connections", func() bool { return it.open.Load() == 0 })
}

// answers returns the number of stored answers.
func (it *inventoryTest) answers() (n int) {
	data, _ := os.ReadFile(it.listFile())
	for l := range strings.Lines(string(data)) {
		if strings.HasSuffix(l, "\n") && (strings.HasPrefix(l, "page\t") || strings.HasPrefix(l, "roles\t")) {
			n++
		}
		if strings.HasPrefix(l, "account\t") { // the list has ended, and the file is compact
			return (it.accounts+99)/100 + it.accounts
		}
	}
	return n
}

// listFile returns the path of the list, or "" if there is none.
func (it *inventoryTest) listFile() string {
	files, _ := filepath.Glob(filepath.Join(it.home, ".aws", "lanyard", "inventory", "*.list"))
	if len(files) == 0 {
		return ""
	}
	return files[0]
}

// Five processes at once make the requests of one, and print the same table.
func TestAccountsOfFiveProcesses(t *testing.T) {
	const accounts = 150
	it := newInventoryTest(t, accounts)
	for _, operation := range []string{"ListAccounts", "ListAccountRoles"} {
		it.emu.AddFault(emulator.Fault{Operation: operation, Delay: 300 * time.Millisecond})
	}
	for _, args := range [][]string{{"accounts"}, {"accounts", "--refresh"}} {
		var wg sync.WaitGroup
		var outputs [5]string
		for i := range outputs {
			wg.Go(func() {
				out, err := it.command(args...).CombinedOutput()
				if outputs[i] = string(out); err != nil {
					t.Errorf("%v: %v\n%s", args, err, out)
				}
			})
		}
		wg.Wait()
		if n := it.requests(); n != 2+accounts {
			t.Errorf("%v: %d requests, want %d", args, n, 2+accounts)
		}
		for _, out := range outputs {
			if out != outputs[0] || strings.Count(out, "a, b\n") != accounts {
				t.Errorf("%v: the outputs differ:\n%s\n%s", args, outputs[0], out)
			}
		}
	}
}

// On a terminal, accounts shows a bar while it lists, and removes the bar before the table.
func TestAccountsOnATerminal(t *testing.T) {
	it := newInventoryTest(t, 130)
	for _, operation := range []string{"ListAccounts", "ListAccountRoles"} {
		it.emu.AddFault(emulator.Fault{Operation: operation, Delay: 150 * time.Millisecond})
	}
	cmd := it.command("accounts")
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 30})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close() }()
	output, _ := io.ReadAll(tty) // Linux reports an error at the end of the program
	if err := cmd.Wait(); err != nil {
		t.Fatalf("accounts: %v\n%q", err, output)
	}
	screen := string(output)
	if !strings.Contains(screen, " accounts") || !strings.Contains(screen, "[=") {
		t.Errorf("the terminal shows no bar:\n%q", screen)
	}
	if rows := strings.Count(screen, "a, b\r\n"); rows != 130 {
		t.Errorf("%d rows, want 130", rows)
	}
	for line := range strings.SplitSeq(screen, "\r\n") {
		if i := strings.LastIndex(line, "accounts"); i >= 0 && strings.Contains(line[i:], "acct-") && !strings.Contains(line[i:], "\x1b[K") {
			t.Errorf("a row follows the bar in one line: %q", line)
		}
	}
}

// If stdout is a pipe to the same terminal, the progress line and the table do not mix. The width of
// the line is that of the terminal.
func TestAccountsInAPipeToTheTerminal(t *testing.T) {
	it := newInventoryTest(t, 130)
	for _, operation := range []string{"ListAccounts", "ListAccountRoles"} {
		it.emu.AddFault(emulator.Fault{Operation: operation, Delay: 150 * time.Millisecond})
	}
	cmd := exec.Command("sh", "-c", "lanyard accounts | cat")
	cmd.Env = append(it.env, "TERM=xterm-256color")
	tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 30})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close() }()
	output, _ := io.ReadAll(tty) // Linux reports an error at the end of the program
	if err := cmd.Wait(); err != nil {
		t.Fatalf("accounts: %v\n%q", err, output)
	}
	screen := string(output)
	if !regexp.MustCompile(`\[=+ *\] \d+ of 130 accounts(, \d+s left)?  acct-\d{3}\x1b`).MatchString(screen) {
		t.Errorf("the terminal shows no complete progress line:\n%q", screen)
	}
	_, table, ok := strings.Cut(screen, "ACCOUNT ")
	if !ok || strings.Count(table, "\n") != 131 || strings.Contains(table, "\x1b") {
		t.Errorf("the table is mixed with the progress line:\n%q", screen)
	}
	if before, _, _ := strings.Cut(screen, "ACCOUNT "); !strings.HasSuffix(before, "\r\x1b[K") {
		t.Errorf("the table begins behind the progress line:\n%q", before)
	}
}

// After Ctrl-C, accounts says how much is stored.
func TestAccountsInterrupted(t *testing.T) {
	it := newInventoryTest(t, 120)
	cmd := it.command("accounts")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	n := 0
	it.mu.Lock()
	it.before = func(account string) {
		if n++; n == 60 {
			_ = cmd.Process.Signal(os.Interrupt)
		}
	}
	err := cmd.Start()
	it.mu.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 130 {
		t.Errorf("exit code %d, want 130", code)
	}
	said := regexp.MustCompile(`^lanyard: (\d+) of 120 accounts are stored; the next command lists the rest\n\n$`).FindStringSubmatch(stderr.String())
	if said == nil {
		t.Fatalf("stderr is %q", stderr.String())
	}
	if stored := it.answers() - 2; said[1] != strconv.Itoa(stored) {
		t.Errorf("the message says %s accounts, and the file has %d", said[1], stored)
	}
}
