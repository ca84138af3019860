package awscli

import "github.com/lanyard-cli/lanyard/internal/command"

// runShell returns an error. On Windows, lanyard does not run aliases for shell commands. It
// does not know how the AWS CLI quotes arguments for cmd.exe.
func runShell(app *command.App, _ string, _ []string) error {
	return command.WithHint(command.Usagef("the alias is a shell command and needs the AWS CLI, which is not on PATH"), "%s", InstallHint)
}
