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
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// Become replaces this process with a program. Windows cannot replace a process. There Become
// runs the program as a child, and returns its exit code as an error.
func Become(app *command.App, path string, argv, env []string) error {
	if err := become(app, path, argv, env); err != nil {
		return fmt.Errorf("%s cannot be run: %w", path, err)
	}
	return nil
}

// Run runs a program on the terminal of this process and returns its exit code as an error.
// The terminal sends Ctrl-C to the program. Run forwards all other signals. Without a
// terminal, it forwards every signal.
func Run(app *command.App, args, env []string, signals <-chan os.Signal) error {
	child := exec.Command(args[0], args[1:]...)
	child.Env, child.Stdin, child.Stdout, child.Stderr = env, app.IO.In, app.IO.Out, app.IO.Err
	select {
	case <-signals:
		return command.ErrInterrupted // before the program was started
	default:
	}
	if err := child.Start(); err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // the message below already has the name
		}
		return fmt.Errorf("%s cannot be run: %w", args[0], err)
	}
	fromTerminal := terminal.Is(app.IO.In) || app.IO.OutTerminal || app.IO.ErrTerminal
	done := make(chan struct{})
	go func() {
		for {
			select {
			case s := <-signals:
				if !fromTerminal || s != os.Interrupt && s != syscall.SIGQUIT {
					_ = child.Process.Signal(s) // the child may have ended
				}
			case <-done:
				return
			}
		}
	}()
	err := child.Wait()
	close(done)
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return err
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return command.ExitError(128 + int(status.Signal())) // as shells do
	}
	return command.ExitError(exit.ExitCode())
}

// TakeSignals returns signals that would otherwise make Main end the command. After a call of
// release, the signals end the program at once.
func TakeSignals(which ...os.Signal) (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 8)
	signal.Ignore(which...) // removes Main's listener; Reset alone would let a signal end the process
	signal.Notify(c, which...)
	return c, func() { signal.Stop(c) }
}
