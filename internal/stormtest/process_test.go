package stormtest_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// tooLong is when a process counts as hanging: twice the longest time that the
// program has for anything.
const tooLong = time.Minute

// A process is the program, running.
type process struct {
	cmd            *exec.Cmd
	stdout, stderr output
	ended          chan struct{} // closed once result is there
	result         result
}

// An output can be read while a process still writes to it.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// A result is how a process ended.
type result struct {
	args           []string
	code           int // -1: by a signal
	stdout, stderr string
	took           time.Duration
	at             time.Time // when it ended
	hung           bool      // it had to be killed after tooLong
}

// start runs the program with the home's environment.
func (h *home) start(t *testing.T, args ...string) *process {
	t.Helper()
	return h.startBehind(t, nil, args...)
}

// startBehind prepares a process that runs the program as soon as gate is at
// its end; nil means at once. Like that 200 of them begin together, whatever it
// takes to make 200 processes.
func (h *home) startBehind(t *testing.T, gate *os.File, args ...string) *process {
	t.Helper()
	return h.startProgram(t, gate, append([]string{program}, args...)...)
}

// startProgram is startBehind for any program.
func (h *home) startProgram(t *testing.T, gate *os.File, line ...string) *process {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), tooLong)
	p, args := &process{ended: make(chan struct{})}, line[1:]
	if gate != nil {
		line = append([]string{"sh", "-c", `read -r _; exec "$0" "$@"`}, line...)
	}
	p.cmd = exec.CommandContext(ctx, line[0], line[1:]...)
	if gate != nil {
		p.cmd.Stdin = gate
	}
	p.cmd.Env, p.cmd.Dir, p.cmd.SysProcAttr = h.env, h.dir, h.attr
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	began := time.Now()
	if err := p.cmd.Start(); err != nil {
		cancel()
		t.Fatalf("start %v: %v", args, err)
	}
	go func() {
		defer cancel()
		err := p.cmd.Wait()
		p.result = result{
			args: args, code: p.cmd.ProcessState.ExitCode(), took: time.Since(began), at: time.Now(),
			stdout: p.stdout.String(), stderr: p.stderr.String(),
			hung: err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded),
		}
		close(p.ended)
	}()
	return p
}

// wait returns how the process ended.
func (p *process) wait(t *testing.T) result {
	t.Helper()
	<-p.ended
	if p.result.hung {
		t.Errorf("%v did not end within %v; stderr: %s", p.result.args, tooLong, p.result.stderr)
	}
	return p.result
}

// over says that the process has ended.
func (p *process) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

// run starts the program and waits for it.
func (h *home) run(t *testing.T, args ...string) result {
	t.Helper()
	return h.start(t, args...).wait(t)
}

// credentials runs "sso get-credentials" for a profile.
func (h *home) credentials(t *testing.T, profile string) result {
	t.Helper()
	return h.run(t, "sso", "get-credentials", "--profile", profile)
}

// eventually waits until ok is true, which some other process will bring about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(tooLong); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("%s: not within %v", what, tooLong)
		}
	}
}
