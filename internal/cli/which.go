package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
)

func newWhich(app *App) *cobra.Command {
	return &cobra.Command{
		Use:   "which [COMMAND...]",
		Short: "Print the program that a command runs: this one, or the AWS CLI",
		Long: `Print the path of the program that a command line would run: lanyard for what
it does itself, the AWS CLI for the rest. Aliases of ~/.aws/cli/alias count. It is
decided by the words that name the command: an option that lanyard lacks may still
lead to the AWS CLI. An unknown command is refused. Without a command the AWS CLI
is printed.

  lanyard which dynamodb list-tables

The exit code is 1 if there is none.`,
		DisableFlagParsing: true, DisableFlagsInUseLine: true, // the line is another command's
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
				return cmd.Help()
			}
			app.readGlobals(args)
			return app.which(cmd.Root(), args)
		},
	}
}

func (app *App) which(root *cobra.Command, args []string) error {
	if _, rest := splitGlobals(root.PersistentFlags(), args); len(rest) > 0 {
		_, ours, err := app.route(root, args)
		if err != nil {
			return err
		}
		if ours {
			self, err := os.Executable()
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(app.out, self)
			return err
		}
	}
	path, err := app.findAWS()
	if err != nil {
		return withHint(&commandError{err.Error()}, "%s", installHint)
	}
	_, err = fmt.Fprintln(app.out, path)
	return err
}
