//go:build !windows

package child

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// become replaces this process with the program. The program keeps the terminal and gets the
// signals, and its exit code is ours.
func become(app *command.App, path string, argv, env []string) error {
	// Restore the signals that Main listens to, so that the program ignores SIGHUP under
	// nohup. Resetting all signals would take milliseconds.
	signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := syscall.Exec(path, argv, env) //nolint:gosec // the user's own AWS CLI or alias
	if errors.Is(err, syscall.ENOEXEC) {
		// A script without #! must be run by a shell.
		err = syscall.Exec("/bin/sh", append([]string{"sh", path}, argv[1:]...), env) //nolint:gosec // as above
	}
	return err
}
