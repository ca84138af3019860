//go:build !windows

package child

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// become makes this process the program, which gets our terminal, signals and exit code.
func become(app *command.App, path string, argv, env []string) error {
	// The program gets the signals that Main listens to as we found them: what nohup
	// ignored is ignored again. A Reset of all signals takes milliseconds.
	signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := syscall.Exec(path, argv, env) //nolint:gosec // the person's own AWS CLI or alias
	if errors.Is(err, syscall.ENOEXEC) {
		// A script without #!: a shell would run it.
		err = syscall.Exec("/bin/sh", append([]string{"sh", path}, argv[1:]...), env) //nolint:gosec // as above
	}
	return err
}
