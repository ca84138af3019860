//go:build !windows

package child

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// become replaces this process with the program. The program keeps the terminal, the signals
// and the pid, so its exit code becomes lanyard's exit code.
func become(app *command.App, path string, argv, env []string) error {
	// Restore the signals that Main listens to, so that the program ignores SIGHUP under nohup.
	// To reset all signals would take milliseconds.
	signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := syscall.Exec(path, argv, env) //nolint:gosec // the user's own AWS CLI or alias
	if errors.Is(err, syscall.ENOEXEC) {
		// A shell must run a script that does not begin with #!.
		err = syscall.Exec("/bin/sh", append([]string{"sh", path}, argv[1:]...), env) //nolint:gosec // as above
	}
	return err
}
