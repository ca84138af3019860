package proctest

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TooLong is the time after which a process counts as hanging. It is four times the longest
// timeout of the program, because other tests can make a process slow.
const TooLong = 2 * time.Minute

// A Command describes a process to start.
type Command struct {
	Line []string // the program and its arguments
	Dir  string
	Env  []string             // the whole environment
	Attr *syscall.SysProcAttr // nil means the attributes of the test's own process

	// Gate delays the program until the end of this file, usually a pipe. Hundreds of
	// processes with the same Gate begin at the same moment. nil means no delay.
	Gate *os.File

	// Server means that the process runs until the test ends, and has no other limit.
	Server bool
}

// A Process is a process that [Command.Start] has started.
type Process struct {
	Line           []string // the Line of its Command
	Stdout, Stderr Output
	Ended          <-chan struct{} // closed once Result is set
	Result         Result

	process *os.Process
}

// A Result describes how a process ended.
type Result struct {
	Args           []string // without the program
	Code           int      // -1 if a signal ended the process
	Stdout, Stderr string
	Took           time.Duration
	At             time.Time // when the process ended
	Hung           bool      // the process was killed after TooLong
}

// Start starts the process. It kills the process when the test ends, or after [TooLong] if the
// process is not a server.
func (c Command) Start(t *testing.T) *Process {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	if !c.Server {
		ctx, cancel = context.WithTimeout(t.Context(), TooLong)
	}
	line := c.Line
	if c.Gate != nil {
		line = append([]string{"sh", "-c", `read -r _; exec "$0" "$@"`}, line...)
	}
	cmd := exec.CommandContext(ctx, line[0], line[1:]...)
	if c.Gate != nil {
		cmd.Stdin = c.Gate
	}
	p := &Process{Line: slices.Clone(c.Line)}
	cmd.Env, cmd.Dir, cmd.SysProcAttr = c.Env, c.Dir, c.Attr
	cmd.Stdout, cmd.Stderr = &p.Stdout, &p.Stderr
	cmd.WaitDelay = 10 * time.Second // a child of the process may keep the outputs open
	began := time.Now()
	if err := cmd.Start(); err != nil {
		cancel()
		t.Fatalf("start %v: %v", p, err)
	}
	p.process = cmd.Process
	ended := make(chan struct{})
	p.Ended = ended
	go func() {
		defer close(ended)
		defer cancel()
		err := cmd.Wait()
		p.Result = Result{
			Args: p.Line[1:], Code: cmd.ProcessState.ExitCode(), Took: time.Since(began), At: time.Now(),
			Stdout: p.Stdout.String(), Stderr: p.Stderr.String(),
			Hung: err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded),
		}
	}()
	t.Cleanup(func() { <-p.Ended }) // the test's context kills the process
	return p
}

// Wait waits until the process ends and returns its result. It fails the test if the
// process hung.
func (p *Process) Wait(t *testing.T) Result {
	t.Helper()
	<-p.Ended
	if p.Result.Hung {
		t.Errorf("%v did not end within %v; stderr: %s", p, TooLong, p.Result.Stderr)
	}
	return p.Result
}

// Over reports whether the process has ended.
func (p *Process) Over() bool {
	select {
	case <-p.Ended:
		return true
	default:
		return false
	}
}

// Signal sends a signal to the process. It fails the test if the process has ended.
func (p *Process) Signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.process.Signal(s); err != nil {
		t.Fatalf("%v: %v", p, err)
	}
}

// Kill kills the process. It does nothing if the process has ended.
func (p *Process) Kill() { _ = p.process.Kill() }

// Pid returns the process's id.
func (p *Process) Pid() int { return p.process.Pid }

// String returns the arguments without the program.
func (p *Process) String() string { return strings.Join(p.Line[1:], " ") }

// An Output collects the output of a process. A test can read it while the process runs.
type Output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *Output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *Output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// Eventually waits until ok returns true. It fails the test after [TooLong].
func Eventually(t *testing.T, event string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(TooLong); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%s: did not happen within %v", event, TooLong)
		}
	}
}
