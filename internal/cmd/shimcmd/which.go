package shimcmd

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/child"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// NewWhich returns the command which.
func NewWhich(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "which [COMMAND...]",
		Short: "Print the program that a command line runs",
		Long: `Print the path of the program that runs a command line: lanyard or the AWS CLI.
Without COMMAND, print the path of the AWS CLI.

If COMMAND is an operation of an AWS service that is not built in, stderr says
why. The output depends on the aliases in ~/.aws/cli/alias.

lanyard also hands off a command with an option that is not built in, such as
"s3 rb --force", even if "which" prints lanyard.

If the command line needs the AWS CLI and the AWS CLI is not on PATH, the exit
code is 1. If the command is unknown, the exit code is 252.`,
		Example: `lanyard which s3 cp
lanyard which sts get-caller-identity --profile dev-admin`,
		DisableFlagParsing: true, DisableFlagsInUseLine: true, // the flags belong to COMMAND
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 && (args[0] == "--help" || args[0] == "-h") {
				return cmd.Help()
			}
			cmdline.ReadFlags(app, args)
			return which(app, cmd.Root(), args)
		},
	}
}

// which prints the program that a command line runs.
func which(app *command.App, root *cobra.Command, args []string) error {
	path, err := programOf(app, root, args)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(app.Out, path); err != nil {
		return err
	}
	if why := awscli.WhyNot(args); why != "" {
		_, err = fmt.Fprintln(app.IO.Err, why)
	}
	return err
}

// programOf returns the path of the program that a command line runs. If there is no command, it
// returns the path of the AWS CLI.
func programOf(app *command.App, root *cobra.Command, args []string) (string, error) {
	if _, rest := cmdline.SplitGlobals(args); len(rest) > 0 {
		_, ours, err := awscli.Route(app, cmdline.NodeOf(root), args)
		if err != nil {
			return "", err
		}
		if ours {
			return os.Executable()
		}
	}
	path, err := child.FindAWS(app)
	if err != nil {
		return "", command.WithHint(&command.CommandError{Msg: err.Error()}, "%s", awscli.InstallHint)
	}
	return path, nil
}
