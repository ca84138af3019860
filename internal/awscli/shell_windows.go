package awscli

import "github.com/lanyard-cli/lanyard/internal/command"

// runShell says that an alias of the shell needs the AWS CLI here: how it quotes
// for cmd.exe is its own business.
func runShell(app *command.App, _ string, _ []string) error {
	return command.WithHint(command.Usagef("the alias is a command of the shell, and there is no AWS CLI on PATH to run it"), "%s", InstallHint)
}
