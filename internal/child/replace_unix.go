//go:build !windows

package child

import (
	"errors"
	"os"
	"os/signal"
	"syscall"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// execProgram makes this process the program: terminal, signals and exit code are
// the program's own.
func execProgram(app *command.App, path string, argv, env []string) error {
	// The program is to find the signals that Main listens to as we found them: what
	// nohup had ignored is ignored again. A Reset of all signals takes milliseconds.
	signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := syscall.Exec(path, argv, env) //nolint:gosec // the person's own AWS CLI or alias
	if errors.Is(err, syscall.ENOEXEC) {
		// A script without #!: a shell would run it.
		err = syscall.Exec("/bin/sh", append([]string{"sh", path}, argv[1:]...), env) //nolint:gosec // as above
	}
	return err
}
