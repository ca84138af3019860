package child

import (
	"errors"
	"os"
	"os/exec"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// run starts the program and waits for its end. The console sends Ctrl-C to both processes.
func run(app *command.App, program *exec.Cmd, signals <-chan os.Signal) (syscall.WaitStatus, error) {
	if err := program.Start(); err != nil {
		return syscall.WaitStatus{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- program.Wait() }()
	for {
		select {
		case s := <-signals:
			if s != os.Interrupt {
				_ = program.Process.Signal(s) // the program may have ended
			}
		case err := <-ended:
			var exit *exec.ExitError
			if err != nil && !errors.As(err, &exit) {
				return syscall.WaitStatus{}, err
			}
			status, _ := program.ProcessState.Sys().(syscall.WaitStatus)
			return status, nil
		}
	}
}

// EndLike does nothing, because no signal ends a program.
func EndLike(error) {}
