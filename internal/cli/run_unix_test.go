//go:build unix

package cli_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/lanyard-cli/lanyard/emulator"
)

// A runLine is a line of run --output json.
type runLine struct {
	Account, Name, Status, Stdout, Stderr string
	ExitCode                              *int
}

// runLines runs an operation in all accounts of a large organization.
func (it *inventoryTest) runLines(code int, flags ...string) []runLine {
	it.t.Helper()
	args := append([]string{"run", "--yes", "--output", "json", "--role", "a"}, flags...)
	cmd := it.command(append(args, "--", "sts", "get-caller-identity", "--region", "us-east-1")...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	_ = cmd.Run() // ProcessState has the exit code
	if got := cmd.ProcessState.ExitCode(); got != code {
		it.t.Fatalf("exit code %d, want %d\n%s", got, code, stderr.Bytes())
	}
	var all []runLine
	for d := json.NewDecoder(&stdout); d.More(); {
		var l runLine
		if err := d.Decode(&l); err != nil {
			it.t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// checkRun checks that the lines have the accounts in order, and counts the statuses. The output of
// a run that succeeded is about its account.
func checkRun(t *testing.T, lines []runLine) map[string]int {
	t.Helper()
	count := map[string]int{}
	for i, l := range lines {
		count[l.Status]++
		if i > 0 && lines[i-1].Name >= l.Name {
			t.Errorf("%s comes after %s", l.Name, lines[i-1].Name)
		}
		if l.Status == "succeeded" && (*l.ExitCode != 0 || !strings.Contains(l.Stdout, `"Account": "`+l.Account+`"`)) {
			t.Errorf("%+v", l)
		}
	}
	return count
}

// Three calls are refused and one hangs. All others succeed.
func TestRunWithFaults(t *testing.T) {
	it := newInventoryTest(t, 300)
	it.emu.AddFault(emulator.Fault{Operation: "GetCallerIdentity", Count: 3, Status: 403, Code: "AccessDenied", Message: "not today"})
	it.emu.AddFault(emulator.Fault{Operation: "GetCallerIdentity", Count: 1, Delay: time.Hour})
	lines := it.runLines(254, "--match", "*", "--timeout", "3s")
	count := checkRun(t, lines)
	if len(lines) != 300 || count["refused"] != 3 || count["timed out"] != 1 || count["succeeded"] != 296 {
		t.Errorf("%d lines: %v", len(lines), count)
	}
	if again := checkRun(t, it.runLines(0, "--retry-failed")); again["succeeded"] != 4 || len(again) != 1 {
		t.Errorf("the repetition: %v", again)
	}
}

// The session ends after 40 % of the requests for credentials. The runs that have credentials
// succeed, all others are refused, and the next run needs only the others.
func TestRunWhenTheSessionEnds(t *testing.T) {
	it := newInventoryTest(t, 200)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for it.emu.Count("GetRoleCredentials") < 80 {
			time.Sleep(time.Millisecond)
		}
		it.emu.RevokeSessions("jane")
	}()
	it.emu.AddFault(emulator.Fault{Operation: "GetRoleCredentials", Delay: 20 * time.Millisecond})
	lines := it.runLines(254, "--match", "*", "--parallel", "10")
	<-done
	count := checkRun(t, lines)
	if len(lines) != 200 || count["succeeded"]+count["refused"] != 200 || count["succeeded"] < 60 || count["succeeded"] > 140 {
		t.Errorf("%d lines: %v", len(lines), count)
	}
	it.signIn()
	calls := it.emu.Count("GetCallerIdentity")
	if again := checkRun(t, it.runLines(0, "--retry-failed")); again["succeeded"] != count["refused"] || it.emu.Count("GetCallerIdentity") != calls+count["refused"] {
		t.Errorf("the repetition: %v, %d calls", again, it.emu.Count("GetCallerIdentity")-calls)
	}
}

// The portal's limit of requests holds for the credentials, and nothing fails because of it.
func TestRunUnderTheLimit(t *testing.T) {
	it := newInventoryTest(t, 60)
	it.emu.SetRateLimits(true)
	if count := checkRun(t, it.runLines(0, "--match", "*")); count["succeeded"] != 60 {
		t.Errorf("%v", count)
	}
	if n := it.emu.Count("GetRoleCredentials"); n > 70 {
		t.Errorf("%d requests for credentials, want about 60", n)
	}
}

// On a terminal, run asks above 20 accounts, shows a bar, and removes the bar before each output. If
// stdout is a pipe, the bar ends with the first output.
func TestRunOnATerminal(t *testing.T) {
	it := newInventoryTest(t, 25)
	it.emu.AddFault(emulator.Fault{Operation: "GetCallerIdentity", Delay: 200 * time.Millisecond})
	const line = "lanyard run --match '*' --role a --parallel 2 -- sts get-caller-identity --query Account --region us-east-1"
	for _, tt := range []struct{ name, line string }{{"terminal", line}, {"pipe", line + " | cat"}} {
		t.Run(tt.name, func(t *testing.T) {
			cmd := exec.Command("sh", "-c", tt.line)
			cmd.Env = append(it.env, "TERM=xterm-256color")
			tty, err := pty.StartWithSize(cmd, &pty.Winsize{Cols: 100, Rows: 30})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = tty.Close() }()
			if _, err := io.WriteString(tty, "y\r"); err != nil {
				t.Fatal(err)
			}
			output, _ := io.ReadAll(tty) // Linux reports an error at the end of the program
			if err := cmd.Wait(); err != nil {
				t.Fatalf("%v\n%q", err, output)
			}
			screen := string(output)
			if !strings.Contains(screen, "Run this command for 25 accounts? [y/N]") {
				t.Errorf("no question: %q", screen)
			}
			bars := regexp.MustCompile(`\[=* *\] \d+ of 25 runs`).FindAllString(screen, -1)
			if tt.name == "terminal" && len(bars) < 5 {
				t.Errorf("%d bars: %q", len(bars), screen)
			}
			for i := range 25 {
				id := fmt.Sprintf(`"%012d"`+"\r\n", 12+i)
				if !strings.Contains(screen, id) {
					t.Errorf("no output of %q", id)
				}
			}
			for _, l := range strings.Split(screen, "\r\n") {
				if _, after, ok := strings.Cut(l, " runs"); ok && strings.Contains(after, "==>") && !strings.Contains(after, "\x1b[K") {
					t.Errorf("an output follows the bar in one line: %q", l)
				}
			}
			if _, after, _ := strings.Cut(screen, "==>"); tt.name == "pipe" && strings.Contains(after, " of 25 runs") {
				t.Errorf("the bar continues beside the pipe: %q", screen)
			}
		})
	}
}

// A program that reads from the terminal fails. It does not stop and hang.
func TestRunHasNoTerminal(t *testing.T) {
	it := newInventoryTest(t, 2)
	cmd := it.command("run", "--match", "*", "--role", "a", "--timeout", "20s", "--", "sh", "-c", "cat; read x < /dev/tty && echo read; exit 7")
	cmd.Env = append(cmd.Env, "TERM=xterm-256color")
	tty, err := pty.Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tty.Close() }()
	output, _ := io.ReadAll(tty) // Linux reports an error at the end of the program
	_ = cmd.Wait()               // ProcessState has the exit code
	if code := cmd.ProcessState.ExitCode(); code != 7 || strings.Contains(string(output), "timed out") {
		t.Errorf("exit code %d: %q", code, output)
	}
}

// Without a terminal, more than 20 accounts need --yes.
func TestRunNeedsYes(t *testing.T) {
	it := newInventoryTest(t, 21)
	cmd := it.command("run", "--match", "*", "--role", "a", "--", "true")
	output, _ := cmd.CombinedOutput()
	if code := cmd.ProcessState.ExitCode(); code != 252 || !strings.Contains(string(output), "hint: to confirm, add --yes") {
		t.Errorf("exit code %d: %s", code, output)
	}
	if n := it.emu.Count("GetRoleCredentials"); n != 0 {
		t.Errorf("%d requests for credentials", n)
	}
}
