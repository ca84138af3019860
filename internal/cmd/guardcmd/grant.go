package guardcmd

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/grant"
	"github.com/lanyard-cli/lanyard/internal/guard"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// grantOptions are the flags of grant.
type grantOptions struct {
	time         time.Duration
	list, revoke bool
}

// NewGrant returns the command grant.
func NewGrant(app *command.App) *cobra.Command {
	var o grantOptions
	cmd := &cobra.Command{
		Use:   "grant [PROFILE]",
		Short: "Allow a profile for a time, if its rule asks",
		Long: `Agree for a time to a role whose rule has the action confirm or type-name. Until
the end of the time, commands with this profile get the role without a question,
also without a terminal and from an AI agent. A rule with another action stays
in force.

The command asks on the terminal, so a script or an AI agent cannot run it. A
grant belongs to the profile, its account and its role, and ends after at most
12 hours. --revoke ends it earlier.`,
		Example: `lanyard grant prod-admin --for 30m
lanyard grant --list
lanyard grant prod-admin --revoke`,
		Annotations: cmdline.Uses("profile"),
		Args:        cmdline.MaxArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			name := strings.Join(args, "")
			switch {
			case o.list && (o.revoke || name != ""), o.revoke && cmd.Flags().Changed("for"):
				return command.Usagef("--list, --revoke and --for cannot be used together")
			case o.list:
				return listGrants(app)
			case o.revoke:
				return revoke(app, name)
			}
			return give(cmd.Context(), app, name, o.time)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&o.time, "for", 30*time.Minute, "how long: a `TIME` such as 30m or 2h, at most 12h")
	f.BoolVar(&o.list, "list", false, "print the grants that have not ended")
	f.BoolVar(&o.revoke, "revoke", false, "end the grant of the profile")
	return cmd
}

// give asks the user and stores the grant.
func give(ctx context.Context, app *command.App, name string, d time.Duration) error {
	if d < time.Second || d > grant.Limit {
		return command.Usagef("argument --for: the time must be between 1s and 12h")
	}
	app, from, err := workspace.Choose(ctx, app, name)
	if err != nil {
		return err
	}
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	p, err := w.Resolve()
	if err != nil {
		return workspace.ExplainName(err, from)
	}
	s, err := workspace.SubjectOf(p, "grant")
	if err != nil {
		return err
	}
	c, ok, err := w.GuardFor(p).Case(ctx, s)
	if err != nil {
		return err
	}
	if agent := c.Caller.Agent; ok && agent != "" {
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "an AI agent cannot grant a role: this command was started by " + agent + " (found by " + c.Caller.AgentBy + ")"},
			"run the command in a terminal of your own")
	}
	v, asks, err := c.Asks()
	switch {
	case err != nil:
		return err
	case !asks:
		return command.WithHint(command.Failuref("profile %s needs no grant: no rule asks before %s", p.Name, guard.RoleText(s.AccountID, s.RoleName)),
			"to see the rules, run: lanyard guard check %s", p.Name)
	case !app.IO.Terminal:
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "lanyard grant asks you on a terminal, and there is no terminal"}, "run in a terminal: lanyard grant %s", p.Name)
	}
	yes, err := c.AskOn(ctx, app.Console(), v)
	if err != nil {
		return app.ExplainConsole(err)
	}
	if !yes {
		return command.Failuref("nothing is granted: %s", workspace.No(v))
	}
	now := app.Now()
	g := grant.Grant{Role: c.GrantRole(), From: now, Until: now.Add(d)}
	if err := workspace.RecordGrant(app, g); err != nil {
		return err
	}
	if err := grant.Open(w.Home).Save(g); err != nil {
		return err
	}
	_, err = fmt.Fprintln(app.Out, text(g))
	return err
}

// text describes a grant.
func text(g grant.Grant) string {
	return terminal.Printable(fmt.Sprintf("%s: %s until %s", g.Profile, guard.RoleText(g.AccountID, g.RoleName), g.Until.Local().Format("15:04:05 MST on 2 January")))
}

func listGrants(app *command.App) error {
	home, err := workspace.Home(app)
	if err != nil {
		return err
	}
	all, err := grant.Open(home).All(app.Now())
	if err != nil {
		return err
	}
	for _, g := range all {
		fmt.Fprintln(app.Out, text(g))
	}
	return nil
}

func revoke(app *command.App, name string) error {
	if name == "" {
		name = app.Flags.Profile
	}
	if name == "" {
		return command.WithHint(command.Usagef("--revoke needs a profile"), "to list the grants, run: lanyard grant --list")
	}
	home, err := workspace.Home(app)
	if err != nil {
		return err
	}
	n, err := grant.Open(home).Revoke(name)
	if err == nil && n == 0 {
		err = command.Failuref("profile %s has no grant", command.Quote(name))
	}
	return err
}
