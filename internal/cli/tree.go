package cli

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awscli"
	"github.com/lanyard-cli/lanyard/internal/cmd/agentcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/auditcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/completecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/configurecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/consolecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/containercmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/credentialscmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/doctorcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/emulatorcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/execcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/guardcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/helpcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/inventorycmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/migratecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/pickcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/profilescmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/runcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/servecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/servicecmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/shimcmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/ssocmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/statuscmd"
	"github.com/lanyard-cli/lanyard/internal/cmd/storecmd"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/model"
	"github.com/lanyard-cli/lanyard/internal/output"
)

const rootLong = `Sign in to AWS IAM Identity Center (AWS SSO) once. Then every profile in your
AWS config has credentials, in any tool, until the session ends. lanyard and the
AWS CLI share their files, so a sign-in with either program works in both.`

// rootExample returns the examples in the help of the program.
func rootExample(name string) string {
	if name == "aws" {
		return `aws configure sso
aws sso login
aws sts get-caller-identity --profile dev-admin`
	}
	return `# try lanyard on this machine, without an AWS account
lanyard demo
# set up a profile, sign in, and use the profile
lanyard configure sso
lanyard login
lanyard sts get-caller-identity --profile dev-admin`
}

// Tree builds the tree of commands.
func Tree(app *command.App) *cobra.Command {
	root := &cobra.Command{
		Use:                        app.Name,
		Short:                      "Sign in once, use every AWS account and role",
		Long:                       rootLong,
		Example:                    rootExample(app.Name),
		SuggestionsMinimumDistance: cmdline.SuggestWithin,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       cmdline.UnknownCommand,
		Annotations:                cmdline.Uses("*"),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.DisableFlagParsing {
				return nil // such a command reads its flags itself, and then calls StartCommand
			}
			if err := cmdline.Start(app, cmd); err != nil {
				return err
			}
			return output.Check(app)
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(helpcmd.New(app))
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) {
		_ = helpcmd.Show(app, cmd) // app.Out keeps the error
	})
	root.SetFlagErrorFunc(cmdline.FlagError)
	cmdline.AddGlobals(root.PersistentFlags(), &app.Flags)
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
	root.SetHelpCommandGroupID(moreTitle)
	return root
}

// moreTitle is the title of the group with the help command.
const moreTitle = "MORE"

// A helpGroup is a group of commands in the help of the program.
type helpGroup struct {
	title    string
	commands []*cobra.Command
}

// groups returns the commands of the program. To add a command, add a line here. Under the name
// aws, the program has only the commands that the AWS CLI also has.
func groups(app *command.App) []helpGroup {
	all := []helpGroup{
		{"SIGN IN", []*cobra.Command{
			newSSO(app),
			ssocmd.NewLogin(app),
			ssocmd.NewLogout(app),
			statuscmd.New(app),
		}},
		{"PROFILES AND CONFIG", []*cobra.Command{
			configurecmd.New(app),
			profilescmd.New(app),
			migratecmd.New(app),
		}},
		{"ACCOUNTS AND ROLES", []*cobra.Command{
			inventorycmd.NewAccounts(app),
			inventorycmd.NewRoles(app),
			inventorycmd.NewFind(app),
		}},
		{helpcmd.OperationsTitle, []*cobra.Command{servicecmd.NewS3(app)}},
		{"RUN PROGRAMS AND GIVE CREDENTIALS", []*cobra.Command{
			execcmd.NewExec(app),
			newRun(app),
			execcmd.NewEnv(app),
			servecmd.New(app),
			credentialscmd.New(app),
			consolecmd.New(app),
		}},
		{"YOUR SHELL", []*cobra.Command{
			execcmd.NewShell(app),
			execcmd.NewUse(app),
			pickcmd.New(app),
			execcmd.NewInit(app),
			execcmd.NewPrompt(app),
			completecmd.New(app),
		}},
		{"RULES AND AUDIT", []*cobra.Command{
			guardcmd.New(app),
			guardcmd.NewGrant(app),
			auditcmd.New(app),
		}},
		{"AGENT AND STORES", []*cobra.Command{
			agentcmd.New(app),
			storecmd.New(app),
		}},
		{"THE AWS CLI", []*cobra.Command{
			shimcmd.NewShim(app),
			shimcmd.NewAlias(app),
			shimcmd.NewWhich(app),
		}},
		{"EMULATOR", []*cobra.Command{
			emulatorcmd.NewDemo(app),
			emulatorcmd.New(app),
		}},
		{moreTitle, []*cobra.Command{
			doctorcmd.New(app),
			newVersion(app),
		}},
	}
	if app.Name == "aws" {
		for i := range all {
			all[i].commands = slices.DeleteFunc(all[i].commands, func(cmd *cobra.Command) bool {
				return !cmdline.IsService(cmd) && !slices.Contains([]string{"configure", "s3", "sso"}, cmd.Name())
			})
		}
	}
	return all
}

// newSSO returns the command sso, with lanyard's own commands and the operations of the access
// portal.
func newSSO(app *command.App) *cobra.Command {
	sso := cmdline.Group("sso", "Sign in, get credentials, list accounts and roles")
	sso.Example = "# sign in to the session of a profile\nlanyard sso login --profile dev-admin\nlanyard sso list-accounts"
	login, logout := ssocmd.NewLogin(app), ssocmd.NewLogout(app)
	for _, cmd := range []*cobra.Command{login, logout} { // the short forms have the same examples
		cmd.Example = strings.ReplaceAll(cmd.Example, "lanyard "+cmd.Name(), "lanyard sso "+cmd.Name())
	}
	sso.AddCommand(login, logout, ssocmd.NewGetCredentials(app))
	for _, operation := range []string{"list-accounts", "list-account-roles", "get-role-credentials"} {
		sso.AddCommand(servicecmd.NewOperation(app, "sso", operation))
	}
	return sso
}

// newRun returns the command run, which uses the operations of servicecmd and the environment of
// execcmd.
func newRun(app *command.App) *cobra.Command {
	var run *cobra.Command
	run = runcmd.New(app, runcmd.Parts{
		RunsHere: func(line, rest []string) (bool, error) {
			return awscli.RunsService(cmdline.NodeOf(run.Root()), line, rest)
		},
		Prepare: func(words []string) (runcmd.Builtin, int, bool) {
			p, n, ok := servicecmd.Prepare(words)
			return p, n, ok
		},
		Program:     execcmd.Program,
		Environment: execcmd.EnvironmentOf,
		Report: func(app *command.App, err error) int {
			return app.Report(err, func(w io.Writer, format, title string, v any) error { return renderError(app, w, format, title, v) })
		},
	})
	return run
}

// addServices adds the commands of the AWS services that a command line names. A command for each
// service would slow down every start.
func addServices(app *command.App, root *cobra.Command, words []string) {
	for _, word := range words {
		if model.Has(word) && cmdline.Child(root, word) == nil {
			service := servicecmd.NewService(app, word)
			for _, cmd := range containercmd.Commands(app, word) {
				cmd.SetHelpFunc(root.HelpFunc())
				service.AddCommand(cmd)
			}
			root.AddCommand(service)
		}
	}
}
