package interop_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/lanyard-cli/lanyard/internal/proctest"
)

// pythons limits the number of Python programs that run at the same time to two. More programs
// would slow each other down.
var pythons = make(chan struct{}, 2)

// An invocation is a command line of a client.
type invocation struct {
	args     []string
	python   bool   // the program counts towards the limit of pythons
	variable string // KEY=VALUE, or ""
}

// A result holds the output and the exit code of a program.
type result struct {
	stdout, stderr string
	code           int
}

// run runs the command in the home and waits for its end. The test fails if the program cannot be
// started or hangs. It does not fail if the program fails.
func (h *home) run(t *testing.T, command invocation, env ...string) result {
	t.Helper()
	return h.start(t, command, env...)()
}

// start starts the command and returns a function that waits for its end.
func (h *home) start(t *testing.T, in invocation, env ...string) (wait func() result) {
	t.Helper()
	p := h.begin(t, in, env...)
	return func() result {
		t.Helper()
		r := p.Wait(t)
		if r.Hung {
			t.FailNow()
		}
		return result{r.Stdout, r.Stderr, r.Code}
	}
}

// begin starts the command. A Python program waits while two others run.
func (h *home) begin(t *testing.T, in invocation, env ...string) (p *proctest.Process) {
	t.Helper()
	if in.python {
		pythons <- struct{}{}
		defer func() {
			go func() {
				if p != nil { // the program was started
					<-p.Ended
				}
				<-pythons
			}()
		}()
	}
	return h.command(in, env...).Start(t)
}

// command returns the command of an invocation.
func (h *home) command(in invocation, env ...string) proctest.Command {
	return proctest.Command{Line: in.args, Dir: h.dir, Env: append(h.env(in), env...)}
}

func (in invocation) String() string { return strings.Join(in.args, " ") }

// must fails the test if the program did not succeed.
func (r result) must(t *testing.T) result {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit code %d, want 0\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
	return r
}

// decode reads the JSON document on stdout.
func (r result) decode(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.must(t).stdout), v); err != nil {
		t.Fatalf("stdout is not JSON: %v\n%s", err, r.stdout)
	}
}
