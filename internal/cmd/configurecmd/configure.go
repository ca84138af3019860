// Package configurecmd has the commands that read and change the AWS config. It handles flags
// and output; packages workspace, profile and wizard do the work.
package configurecmd

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// New returns the command configure and its subcommands.
func New(app *command.App) *cobra.Command {
	configure := cmdline.Group("configure", "Set up profiles and edit the AWS config")
	configure.Example = `# set up profiles for IAM Identity Center
lanyard configure sso
lanyard configure set region eu-west-1 --profile dev-admin
# undo the last change
lanyard configure undo`
	configure.AddCommand(
		newSSO(app), newSession(app),
		newGet(app), newSet(app), newUnset(app),
		newList(app), newListProfiles(app),
		newImport(app), newUpgrade(app), newUndo(app),
		newExport(app),
	)
	return configure
}
