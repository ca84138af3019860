// Package profilescmd has the commands that write one profile for each account and role, and the
// command that lists all profiles.
package profilescmd

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// New returns the command profiles with its subcommands.
func New(app *command.App) *cobra.Command {
	cmd := cmdline.Group("profiles", "Write a profile for each account and role")
	cmd.Long = `Write a profile for each account and role that you can use, and keep these
profiles up to date. Rules in ~/.config/lanyard/config.yaml choose the roles,
the names of the profiles, and their settings.`
	cmd.Example = `lanyard profiles diff
lanyard profiles sync
lanyard profiles list`
	cmd.AddCommand(newSync(app), newDiff(app), newPrune(app), newList(app))
	return cmd
}

// options are the flags of the commands that compare the config with the listings.
type options struct {
	session              string
	refresh, rename      bool
	yes, dryRun, pruning bool
}

// describe is the name of the command for "configure undo" and for other processes.
func (o options) describe() string {
	if o.pruning {
		return "profiles prune"
	}
	return "profiles sync"
}

func (o *options) sources(cmd *cobra.Command) {
	cmd.Annotations = cmdline.Uses("profile", cmdline.Connection)
	cmd.Flags().StringVar(&o.session, "sso-session", "", "use only the [sso-session] `NAME`")
	cmd.Flags().BoolVar(&o.refresh, "refresh", false, "ask the service again for all accounts and roles")
}

func (o *options) names(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.rename, "rename", false, "also rename profiles whose name differs from the template")
}

func (o *options) confirmation(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print the change without making it")
}

// newSync returns the command profiles sync.
func newSync(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "sync",
		Short: "Add and update a profile for each account and role",
		Long: `Add a profile for each account and role of your sessions, and update the
profiles that an earlier sync added. Without --sso-session, lanyard uses every
session that is signed in.

lanyard never changes your own profiles. In the profiles of a sync, lanyard
keeps each setting that you have changed, added or removed. A profile keeps its
name for as long as its role exists. A role gets no profile if you have a
profile of your own for it. "lanyard profiles prune" removes the profiles of
roles that you no longer have.

lanyard prints a summary and asks. If at most 30 profiles change, lanyard also
prints the change first. "lanyard profiles diff" always prints the change. To
undo the change, run "lanyard configure undo". Without a terminal, --yes is
required.`,
		Example: `lanyard profiles sync --dry-run
lanyard profiles sync --sso-session corp --yes
# use the names of a new template
lanyard profiles sync --rename`,
		Args: cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return change(app, cmd, o) },
	}
	o.sources(cmd)
	o.names(cmd)
	o.confirmation(cmd)
	return cmd
}

// newDiff returns the command profiles diff.
func newDiff(app *command.App) *cobra.Command {
	o := options{dryRun: true}
	cmd := &cobra.Command{
		Use:   "diff",
		Short: "Show what profiles sync would change",
		Long: `Show what "lanyard profiles sync" would change, and change nothing. The summary
goes to stderr, and the difference goes to stdout. The exit code is 0 with and
without a change.`,
		Example: `lanyard profiles diff
lanyard profiles diff --sso-session corp`,
		Args: cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return change(app, cmd, o) },
	}
	o.sources(cmd)
	o.names(cmd)
	return cmd
}

// newPrune returns the command profiles prune.
func newPrune(app *command.App) *cobra.Command {
	o := options{pruning: true}
	cmd := &cobra.Command{
		Use:   "prune",
		Short: "Remove the profiles of roles that you no longer have",
		Long: `Remove profiles of "lanyard profiles sync" if you no longer have the role, or
if the rules now exclude the role. lanyard removes a profile only if the
service has listed all accounts and roles of the profile's session. lanyard
keeps profiles that you have changed and profiles that other profiles use, and
prints the reason.

lanyard shows the change first. To undo the change, run "lanyard configure
undo". Without a terminal, --yes is required.`,
		Example: `lanyard profiles prune --dry-run
lanyard profiles prune --yes`,
		Args: cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return change(app, cmd, o) },
	}
	o.sources(cmd)
	o.confirmation(cmd)
	return cmd
}
