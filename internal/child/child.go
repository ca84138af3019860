// Package child runs other programs in the place of this one: as a child with our
// terminal, or by becoming the program.
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

// Become replaces this process by a program. On Windows, where that is not possible, it
// runs the program as a child and returns its exit code as an error.
func Become(app *command.App, path string, argv, env []string) error {
	if err := become(app, path, argv, env); err != nil {
		return fmt.Errorf("%s cannot be run: %w", path, err)
	}
	return nil
}

// Run runs a program with our terminal and returns its exit code as an error. Ctrl-C
// reaches the program from the terminal. Run hands on all other signals, and every signal
// if we have no terminal.
func Run(app *command.App, args, env []string, signals <-chan os.Signal) error {
	child := exec.Command(args[0], args[1:]...)
	child.Env, child.Stdin, child.Stdout, child.Stderr = env, app.IO.In, app.IO.Out, app.IO.Err
	select {
	case <-signals:
		return command.ErrInterrupted // it never began
	default:
	}
	if err := child.Start(); err != nil {
		if inner := errors.Unwrap(err); inner != nil {
			err = inner // without the name, once more
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
					_ = child.Process.Signal(s) // it may have ended
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
		return command.ExitError(128 + int(status.Signal())) // as a shell says it
	}
	return command.ExitError(exit.ExitCode())
}

// TakeSignals takes signals away from Main, which ends the command at each of them, until
// release is called. After that they end the program at once.
func TakeSignals(which ...os.Signal) (signals <-chan os.Signal, release func()) {
	c := make(chan os.Signal, 8)
	signal.Ignore(which...) // forgets who listens; Reset would leave a moment in which they kill
	signal.Notify(c, which...)
	return c, func() { signal.Stop(c) }
}
