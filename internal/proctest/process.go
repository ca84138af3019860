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

// TooLong is when a process counts as hanging: twice the longest time that the
// program has for anything.
const TooLong = time.Minute

// A Command describes a process to start.
type Command struct {
	Line []string // a program and its arguments
	Dir  string
	Env  []string             // the whole environment
	Attr *syscall.SysProcAttr // nil: as the test itself

	// Gate holds the process back until the file is at its end; nil does not. Two
	// hundred processes behind one gate begin together, however long it takes to
	// make them.
	Gate *os.File
}

// A Process is a process under way.
type Process struct {
	Line           []string // of its Command
	Stdout, Stderr Output
	Ended          <-chan struct{} // closed once Result is set
	Result         Result

	process *os.Process
}

// A Result tells how a process ended.
type Result struct {
	Args           []string // without the program
	Code           int      // -1: ended by a signal
	Stdout, Stderr string
	Took           time.Duration
	At             time.Time // when it ended
	Hung           bool      // it was killed after TooLong
}

// Start starts the process. It is killed after [TooLong], and when the test ends.
func (c Command) Start(t *testing.T) *Process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), TooLong)
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
	cmd.WaitDelay = 10 * time.Second // a process that it has started may keep the outputs open
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
	t.Cleanup(func() { <-p.Ended }) // the test's context has killed it
	return p
}

// Wait returns how the process ended. It fails the test if the process hung.
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

// Signal sends the process a signal. A process that has ended fails the test.
func (p *Process) Signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.process.Signal(s); err != nil {
		t.Fatalf("%v: %v", p, err)
	}
}

// Kill kills the process, unless it has ended.
func (p *Process) Kill() { _ = p.process.Kill() }

// Pid returns the process's id.
func (p *Process) Pid() int { return p.process.Pid }

// String returns the arguments, which tell the processes of one program apart.
func (p *Process) String() string { return strings.Join(p.Line[1:], " ") }

// An Output collects what a process writes. It can be read meanwhile.
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

// Eventually waits until ok returns true because of what another process does. It
// ends the test after [TooLong].
func Eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(TooLong); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, TooLong)
		}
	}
}
