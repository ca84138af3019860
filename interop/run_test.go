package interop_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// runLimit is how long any one client may take. None needs a tenth of it on an
// idle machine.
const runLimit = 60 * time.Second

// pythons lets two interpreters run at once: more only slow each other down.
var pythons = make(chan struct{}, 2)

// An invocation is a command line of a client.
type invocation struct {
	args     []string
	python   bool   // counts against the limit
	variable string // KEY=VALUE, "" for none
}

// A result is what a finished program left.
type result struct {
	stdout, stderr string
	code           int
}

// run runs the command in the home and waits for its end. A program that cannot
// be started ends the test; one that fails does not.
func (h *home) run(t *testing.T, in invocation, env ...string) result {
	t.Helper()
	return h.start(t, in, env...)()
}

// start begins the command and returns what waits for its end.
func (h *home) start(t *testing.T, in invocation, env ...string) (wait func() result) {
	t.Helper()
	if in.python {
		pythons <- struct{}{}
	}
	release := func() {
		if in.python {
			<-pythons
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	cmd := h.command(ctx, in, env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Start(); err != nil {
		release()
		cancel()
		t.Fatalf("%s: %v", in, err)
	}
	end := sync.OnceValue(func() error {
		defer release()
		defer cancel()
		var exit *exec.ExitError
		err := cmd.Wait()
		if errors.As(err, &exit) && ctx.Err() == nil {
			return nil // it failed by itself
		}
		return errors.Join(err, ctx.Err())
	})
	t.Cleanup(func() { _ = end() }) // the test may have failed before it waited
	return func() result {
		t.Helper()
		if err := end(); err != nil {
			t.Fatalf("%s: %v\n%s%s", in, err, stdout.String(), stderr.String())
		}
		return result{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
	}
}

func (h *home) command(ctx context.Context, in invocation, env ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, in.args[0], in.args[1:]...)
	cmd.Dir = h.dir
	cmd.Env = append(h.env(in), env...)
	cmd.WaitDelay = time.Second
	return cmd
}

func (in invocation) String() string { return strings.Join(in.args, " ") }

// must ends the test unless the program succeeded.
func (r result) must(t *testing.T) result {
	t.Helper()
	if r.code != 0 {
		t.Fatalf("exit %d\nstdout: %s\nstderr: %s", r.code, r.stdout, r.stderr)
	}
	return r
}

// decode reads the JSON document on stdout.
func (r result) decode(t *testing.T, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.must(t).stdout), v); err != nil {
		t.Fatalf("stdout: %v\n%s", err, r.stdout)
	}
}

// eventually waits for the condition, which another process brings about.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(runLimit); !ok(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s", runLimit, what)
		}
	}
}
