package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/engine/model"
)

// suggestWithin is how many slips of the hand a suggested command is away.
const suggestWithin = 2

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

// newRoot builds the tree of commands.
func newRoot(app *App) *cobra.Command {
	root := &cobra.Command{
		Use:                        app.Name,
		Short:                      "Sign in once, use every AWS account and role",
		Long:                       rootHelp(app.Name),
		SuggestionsMinimumDistance: suggestWithin,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Args:                       unknownCommand,
		Annotations:                uses("*"),
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.DisableFlagParsing {
				return nil // it begins when it has read its flags
			}
			return ready(app, cmd)
		},
	}
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(newHelp())
	root.SetHelpFunc(hideUnused(root.HelpFunc()))
	root.SetFlagErrorFunc(flagError)
	app.Flags.add(root.PersistentFlags())
	showVersion := root.Flags().Bool("version", false, "print the version")
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		if *showVersion {
			return app.version()
		}
		return cmd.Help()
	}

	sso := group("sso", "Sign in, sign out, and get credentials")
	sso.AddCommand(newLogin(app), newLogout(app), newGetCredentials(app))
	for _, operation := range []string{"list-accounts", "list-account-roles", "get-role-credentials"} {
		sso.AddCommand(newOperation(app, "sso", operation))
	}
	root.AddCommand(sso, newConfigure(app))
	for _, service := range model.Services() {
		if service != "sso" {
			cmd := newService(app, service)
			cmd.GroupID = services
			root.AddCommand(cmd)
		}
	}
	s3 := newS3(app)
	s3.GroupID = services
	root.AddCommand(s3)
	if app.Name != "aws" { // under that name only the AWS CLI's names are ours
		root.AddCommand(newLogin(app), newLogout(app), newStatus(app), newEmulator(app), newDemo(app), newVersion(app), newShim(app), newWhich(app), newAlias(app), newStore(app), newAgent(app))
	}
	root.AddGroup(&cobra.Group{ID: "own", Title: "Commands:"}, &cobra.Group{ID: services, Title: "Services with built-in operations:"})
	root.SetHelpCommandGroupID("own")
	for _, cmd := range root.Commands() {
		if cmd.GroupID == "" {
			cmd.GroupID = "own"
		}
	}
	return root
}

// services is the group of the services in the help.
const services = "services"

// begin does what comes before every command, once its flags have been read.
func (app *App) begin(cmd *cobra.Command) error {
	app.Flags.given = cmd.Root().PersistentFlags().Changed
	app.Debug()
	return app.checkFlags(cmd)
}

// ready is begin for commands that print results: it checks the flags about these, too.
func ready(app *App, cmd *cobra.Command) error {
	if err := app.begin(cmd); err != nil {
		return err
	}
	_, err := app.printingAs("json", "")
	return err
}

// hideUnused leaves the global flags that a command has no use for out of its help.
func hideUnused(help func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		if !cmd.HasSubCommands() {
			cmd.InheritedFlags().VisitAll(func(f *pflag.Flag) { f.Hidden = isGlobal(cmd, f) && !usesFlag(cmd, f.Name) })
		}
		help(cmd, args)
	}
}

// newHelp is the help command. Unlike cobra's it does not take a slip of the hand
// for a topic.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "Explain a command",
		RunE: func(cmd *cobra.Command, args []string) error {
			found, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(found, rest)
			}
			found.InitDefaultHelpFlag() // or the page would lack its own flag
			return found.Help()
		},
	}
}

// group is a command that only holds others.
func group(use, short string) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short,
		SuggestionsMinimumDistance: suggestWithin,
		Args:                       unknownCommand,
		RunE:                       func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
}

// unknownCommand returns the error for a word that names no command. Its hint says
// which commands are near, or that the word is a service of the AWS CLI.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	word := args[0]
	if len(args) == 1 && word == "help" && cmd.HasParent() {
		return helpRequest{cmd}
	}
	err := usagef("unknown command %q for %q", word, cmd.CommandPath())
	root := cmd.Root().Name()
	switch near := nearCommands(cmd, word); {
	case !cmd.HasParent() && awsCommand(word):
		return withHint(err, "%s is a command of the AWS CLI; run: %s %s help", word, root, word)
	case len(near) > 0:
		return withHint(err, "did you mean: %s", strings.Join(near, ", "))
	case !cmd.HasParent() && root != "aws":
		return withHint(err, "run: %s --help\nif the AWS CLI has this command, run: aws %s", root, quoteArg(word))
	}
	return withHint(err, "run: %s --help", cmd.CommandPath())
}

// flagError puts cobra's words for a bad flag into the AWS CLI's.
func flagError(cmd *cobra.Command, err error) error {
	msg := err.Error()
	if name, ok := strings.CutPrefix(msg, "unknown flag: "); ok {
		msg = "Unknown options: " + name
	}
	if _, in, ok := strings.Cut(msg, " in -"); ok && strings.HasPrefix(msg, "unknown shorthand flag") {
		msg = "Unknown options: -" + in
	}
	if flag, _, ok := strings.Cut(msg, ": strconv."); ok {
		msg = flag + ": it is not a number that fits"
	}
	if err == pflag.ErrHelp { //nolint:errorlint // cobra compares it so
		return err
	}
	return withHint(usagef("%s", msg), "run: %s --help", cmd.CommandPath())
}

// noArgs refuses arguments.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 1 && args[0] == "help" {
		return helpRequest{cmd}
	}
	if len(args) > 0 {
		return withHint(usagef("Unknown options: %s", strings.Join(args, " ")), "run: %s --help", cmd.CommandPath())
	}
	return nil
}

// A helpRequest is the word help behind a command, as the AWS CLI knows it.
type helpRequest struct{ cmd *cobra.Command }

func (h helpRequest) Error() string { return "help on " + h.cmd.CommandPath() }
