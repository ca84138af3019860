//go:build unix

package leaktest_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// tooLong is when a process counts as hanging.
const tooLong = time.Minute

// anyCode stands for every exit code, but not for an end by a signal.
const anyCode = -2

// A process is the program, running.
type process struct {
	name           string
	cmd            *exec.Cmd
	cancel         context.CancelFunc
	stdout, stderr buffer
}

// A buffer can be read while a process still writes to it.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start runs the program, with --debug if it is time for that.
func (w *world) start(t *testing.T, args ...string) *process {
	t.Helper()
	if w.debug {
		args = append(args, "--debug")
	}
	ctx, cancel := context.WithTimeout(t.Context(), tooLong)
	p := &process{name: strings.Join(args, " "), cancel: cancel}
	p.cmd = exec.CommandContext(ctx, program, args...)
	p.cmd.Env, p.cmd.Dir = w.env, w.path("work")
	p.cmd.Stdout, p.cmd.Stderr = &p.stdout, &p.stderr
	p.cmd.WaitDelay = time.Second // for what a killed one has started
	if err := p.cmd.Start(); err != nil {
		cancel()
		t.Fatalf("%s: %v", p.name, err)
	}
	w.seen.watch(p.cmd.Process.Pid)
	return p
}

// agent is how "agent start" tells of the process that it has started.
var agent = regexp.MustCompile(`^The agent runs, as process (\d+)`)

// wait waits for the end of a process and keeps its output. stdout may hold these
// secrets, and if it may it must: the command is there for that.
func (w *world) wait(t *testing.T, p *process, may kind, code int) string {
	t.Helper()
	_ = p.cmd.Wait() // the code says it
	p.cancel()
	stdout, stderr := p.stdout.String(), p.stderr.String()
	if got := p.cmd.ProcessState.ExitCode(); got != code && (code != anyCode || got < 0) {
		t.Errorf("%s: exit %d, want %d\n%s%s", p.name, got, code, w.hide(stdout), w.hide(stderr))
	}
	w.outputs = append(w.outputs, output{"stdout of " + p.name, stdout, may}, output{"stderr of " + p.name, stderr, 0})
	if m := agent.FindStringSubmatch(stdout); m != nil {
		pid, _ := strconv.Atoi(m[1]) // digits
		w.seen.watch(pid)
	}
	holds, _ := w.secrets.in(stdout, may)
	if may != 0 && code == 0 && holds&may == 0 {
		t.Errorf("%s: its answer holds no %s", p.name, may)
	}
	w.checkOutputs(t)
	w.checkFiles(t, "after "+p.name)
	return stdout
}

// hide takes a text away that would leak through the test.
func (w *world) hide(text string) string {
	if holds, _ := w.secrets.in(text, 0); holds != 0 {
		return "(a text with a " + holds.String() + ")\n"
	}
	return text
}

// run starts the program and waits for it.
func (w *world) run(t *testing.T, may kind, code int, args ...string) string {
	t.Helper()
	return w.wait(t, w.start(t, args...), may, code)
}

// signal sends a signal to a process.
func (p *process) signal(t *testing.T, s os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		t.Fatalf("%s: %v", p.name, err)
	}
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
