package child

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// A Capture runs a program without a terminal, and passes on its output. Its stdin is empty. The
// program and its children are a process group of their own, so they get no signals of the terminal.
type Capture struct {
	Path           string
	Args, Env      []string // Args contains the name of the program
	Stdout, Stderr io.Writer

	// Signal is the first signal after the end of the context. The group then has Grace to end. After
	// that, or when Kill is closed, Run kills the group.
	Signal func() os.Signal
	Grace  time.Duration
	Kill   <-chan struct{}
}

// Run runs the program until it and all writers of its output have ended. It returns the exit code
// of the program, or 128 and the number of the signal that ended the program. If ctx ends, Run ends
// the whole process group. The error says that the program could not be started.
func (c Capture) Run(ctx context.Context) (code int, err error) {
	if err := CheckBatch(c.Path, c.Args[1:]); err != nil {
		return 0, err
	}
	program := c.command(c.Path, c.Args)
	err = program.Start()
	if errors.Is(err, syscall.ENOEXEC) { // a shell must run a script that does not begin with #!
		program = c.command("/bin/sh", append([]string{"sh", c.Path}, c.Args[1:]...))
		err = program.Start()
	}
	if err != nil {
		return 0, err
	}
	ended := make(chan struct{})
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		select {
		case <-ended:
			return
		case <-ctx.Done():
		}
		grace := time.NewTimer(c.Grace)
		defer grace.Stop()
		if !signalGroup(program.Process, c.Signal()) {
			grace.Reset(0)
		}
		select {
		case <-ended:
		case <-grace.C:
		case <-c.Kill:
		}
		killGroup(program.Process) // also what the program has left behind
	}()
	_ = program.Wait() // the state has the exit code; an error of a writer belongs to the writer
	close(ended)
	<-stopped
	return exitCode(program.ProcessState), nil
}

func (c Capture) command(path string, args []string) *exec.Cmd {
	cmd := exec.Command(path)
	cmd.Args, cmd.Env, cmd.Stdout, cmd.Stderr = args, c.Env, c.Stdout, c.Stderr
	cmd.SysProcAttr = ownGroup()
	quoteBatch(cmd)
	return cmd
}
