//go:build !windows

package awscli

import (
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// runShell runs an alias for a shell command as the AWS CLI does.
func runShell(app *command.App, line string, args []string) error {
	mark, err := pass(app, "the alias", args)
	if err != nil {
		return err
	}
	return child.Become(app, "/bin/sh", []string{"sh", "-c", line}, withVariable(app.Env.Environ(), PassedVariable, mark))
}
