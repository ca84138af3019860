package child

import (
	"os"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// become runs the program as a child and returns its exit code. The console sends Ctrl-C to
// the program; this process waits.
func become(app *command.App, path string, argv, env []string) error {
	signals, release := TakeSignals(os.Interrupt)
	defer release()
	return Run(app, path, argv, env, signals)
}
