// Package child runs other programs on this process's terminal. The program is a child, or
// replaces this process.
package child

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// Become replaces this process with a program. Windows cannot replace a process. There Become
// runs the program as a child, and returns its exit code as an error.
func Become(app *command.App, path string, argv, env []string) error {
	if err := become(app, path, argv, env); err != nil {
		return fmt.Errorf("%s cannot be run: %w", path, err)
	}
	return nil
}

// Run runs a program on the terminal of this process and returns its exit code as an error. It
// forwards the signals, unless the program has already got them from the terminal. If the
// program stops, this process stops too, until the shell continues both.
//
// If a signal ended the program, the error is a [*Killed]. path may be a name on PATH. argv
// contains the name of the program.
func Run(app *command.App, path string, argv, env []string, signals <-chan os.Signal) error {
	if err := CheckBatch(path, argv[1:]); err != nil {
		return err
	}
	program := exec.Command(path)
	program.Args, program.Env = argv, env
	program.Stdin, program.Stdout, program.Stderr = app.IO.In, app.IO.Out, app.IO.Err
	quoteBatch(program)
	select {
	case <-signals:
		return command.ErrInterrupted // before the program was started
	default:
	}
	status, err := run(app, program, signals)
	if err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // the message below already has the name
		}
		return fmt.Errorf("%s cannot be run: %w", path, err)
	}
	switch {
	case status.Signaled():
		return &Killed{status}
	case status.ExitStatus() != 0:
		return command.ExitError(status.ExitStatus())
	}
	return nil
}

// A Killed is the error of a program that a signal ended. Without further action, the exit code
// is 128 and the number of the signal, as in shells.
type Killed struct{ status syscall.WaitStatus }

func (e *Killed) Error() string {
	return "the program was ended by a signal: " + e.status.Signal().String()
}

// Unwrap returns the exit code.
func (e *Killed) Unwrap() error { return command.ExitError(128 + int(e.status.Signal())) }

// TakeSignals returns signals that would otherwise make Main end the command. After a call of
// release, the signals end the program at once.
func TakeSignals(which ...os.Signal) (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 8)
	// Reset removes Main's listener. Ignore would do so too, but then release would leave the
	// signals ignored. A signal before Notify ends the process.
	signal.Reset(which...)
	signal.Notify(c, which...)
	return c, func() { signal.Stop(c) }
}
