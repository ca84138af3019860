package cli

import (
	"os"

	"github.com/lanyard-cli/lanyard/internal/command"
)

// execProgram runs the program as a child and ends with its exit code. Ctrl-C
// reaches it from the console, and we wait.
func execProgram(app *command.App, path string, argv, env []string) error {
	signals, release := takeSignals(os.Interrupt)
	defer release()
	return runChild(app, append([]string{path}, argv[1:]...), env, signals)
}

// runShell says that an alias of the shell needs the AWS CLI here: how it quotes
// for cmd.exe is its own business.
func runShell(app *command.App, _ string, _ []string) error {
	return command.WithHint(command.Usagef("the alias is a command of the shell, and there is no AWS CLI on PATH to run it"), "%s", installHint)
}
