package cli

import "os"

// execProgram runs the program as a child and ends with its exit code. Ctrl-C
// reaches it from the console, and we wait.
func (app *App) execProgram(path string, argv, env []string) error {
	signals, release := takeSignals(os.Interrupt)
	defer release()
	return app.runChild(append([]string{path}, argv[1:]...), env, signals)
}

// runShell says that an alias of the shell needs the AWS CLI here: how it quotes
// for cmd.exe is its own business.
func (app *App) runShell(_ string, _ []string) error {
	return withHint(usagef("the alias is a command of the shell, and there is no AWS CLI on PATH to run it"), "%s", installHint)
}
