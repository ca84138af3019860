package child

import (
	"os"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// execProgram runs the program as a child and ends with its exit code. Ctrl-C
// reaches it from the console, and we wait.
func execProgram(app *command.App, path string, argv, env []string) error {
	signals, release := TakeSignals(os.Interrupt)
	defer release()
	return Run(app, append([]string{path}, argv[1:]...), env, signals)
}
