package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/cmd/agentcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/configurecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/emulatorcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/servicecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/shimcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/ssocmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/statuscmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/storecmd"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/output"
)

const rootLong = `Lanyard signs you in to AWS IAM Identity Center (AWS SSO) once; from then on
every profile of your AWS config yields credentials, in any tool, until the
session ends. It shares its files with the AWS CLI: a login with either serves
both.

`

// rootHelp is the help of the whole program under a name.
func rootHelp(name string) string {
	if name == "aws" {
		return rootLong + `  aws sso login                       sign in
  aws sts get-caller-identity --profile dev-admin`
	}
	return rootLong + `  lanyard demo                        try it, without an AWS account
  lanyard configure sso               set up a profile
  lanyard sso login                   sign in
  lanyard sts get-caller-identity --profile dev-admin
  lanyard status                      which sessions live, and until when`
}

// Tree builds the tree of commands.
func Tree(app *command.App) *cobra.Command {
	root := &cobra.Command{
		Use:                        app.Name,
		Short:                      "Sign in once, use every AWS account and role",
		Long:                       rootHelp(app.Name),
		SuggestionsMinimumDistance: command.SuggestWithin,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       command.UnknownCommand,
		Annotations:                command.Uses("*"),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.DisableFlagParsing {
				return nil // it begins when it has read its flags
			}
			if err := app.StartCommand(cmd); err != nil {
				return err
			}
			return output.Check(app)
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp())
	root.SetHelpFunc(hideUnused(root.HelpFunc()))
	root.SetFlagErrorFunc(command.FlagError)
	app.Flags.Add(root.PersistentFlags())
	showVersion := root.Flags().Bool("version", false, "print the version")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *showVersion {
			return printVersion(app)
		}
		return cmd.Help()
	}
	for _, group := range groups(app) {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title})
		for _, cmd := range group.commands {
			cmd.GroupID = group.title
			root.AddCommand(cmd)
		}
	}
	root.SetHelpCommandGroupID(ownTitle)
	return root
}

// ownTitle is the title of our own commands in the help.
const ownTitle = "Commands:"

// A helpGroup is a part of the list of commands in the help.
type helpGroup struct {
	title    string
	commands []*cobra.Command
}

// groups are all commands. A new one is one line here.
func groups(app *command.App) []helpGroup {
	own := []*cobra.Command{newSSO(app), configurecmd.New(app)}
	if app.Name != "aws" { // under that name only the AWS CLI's names are ours
		own = append(
			own,
			ssocmd.NewLogin(app),
			ssocmd.NewLogout(app),
			statuscmd.New(app),
			agentcmd.New(app),
			storecmd.New(app),
			shimcmd.NewShim(app),
			shimcmd.NewAlias(app),
			shimcmd.NewWhich(app),
			emulatorcmd.New(app),
			emulatorcmd.NewDemo(app),
			newVersion(app),
		)
	}
	return []helpGroup{{ownTitle, own}, {"Services with built-in operations:", newServices(app)}}
}

// newSSO is the group sso: commands of ours, and operations of the access portal.
func newSSO(app *command.App) *cobra.Command {
	sso := command.Group("sso", "Sign in, sign out, and get role credentials")
	sso.Example = "# sign in to the session of a profile\nlanyard sso login --profile dev-admin\nlanyard sso list-accounts"
	sso.AddCommand(ssocmd.NewLogin(app), ssocmd.NewLogout(app), ssocmd.NewGetCredentials(app))
	for _, operation := range []string{"list-accounts", "list-account-roles", "get-role-credentials"} {
		sso.AddCommand(servicecmd.NewOperation(app, "sso", operation))
	}
	return sso
}

// newServices are the commands of AWS services.
func newServices(app *command.App) []*cobra.Command {
	services := []*cobra.Command{servicecmd.NewS3(app)}
	for _, service := range model.Services() {
		if service != "sso" { // which is the group above
			services = append(services, servicecmd.NewService(app, service))
		}
	}
	return services
}

// hideUnused leaves the global flags that a command has no use for out of its help.
func hideUnused(help func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		if !cmd.HasSubCommands() {
			cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = command.IsGlobal(cmd, f) && !command.UsesFlag(cmd, f.Name) })
		}
		help(cmd, args)
	}
}

// newHelp is the help command. Unlike cobra's it does not take a typo
// for a topic.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Show help for a command",
		Example: "lanyard help sso login",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return command.UnknownCommand(found, rest)
			}
			found.InitDefaultHelpFlag() // or the page would lack its own flag
			return found.Help()
		},
	}
}
