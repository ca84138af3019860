package configurecmd

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// upgradeOptions are the flags of configure upgrade.
type upgradeOptions struct {
	startURL, session string
	yes, show         bool
}

// newUpgrade returns the command configure upgrade.
func newUpgrade(app *command.App) *cobra.Command {
	var o upgradeOptions
	cmd := &cobra.Command{
		Use:   "upgrade",
		Short: "Give legacy SSO profiles an [sso-session]",
		Long: `Move the SSO settings of legacy profiles (profiles with sso_start_url) to an
[sso-session]. The AWS CLI and every SDK can refresh the tokens of an
[sso-session]. Only lanyard can refresh the tokens of a legacy profile.

Without --sso-start-url, lanyard upgrades all legacy profiles. lanyard shows the
change first. To undo the change, run "lanyard configure undo". Without a
terminal, --yes is required.`,
		Example: `# show what would change
lanyard configure upgrade --dry-run
lanyard configure upgrade --sso-session-name corp --yes`,
		Args: cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return upgrade(app, cmd, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.startURL, "sso-start-url", "", "upgrade only the profiles with this start `URL`")
	f.StringVar(&o.session, "sso-session-name", "", "the `NAME` of the new [sso-session] (default: a name made from the start URL)")
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	f.BoolVar(&o.show, "dry-run", false, "print the change without making it")
	return cmd
}

// upgrade moves legacy profiles to an [sso-session]. It prints the change and asks first.
func upgrade(app *command.App, cmd *cobra.Command, o upgradeOptions) error {
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	upgrades, err := findUpgrades(w, o)
	if err != nil {
		return err
	}
	var changes []awsconfig.Change
	for _, u := range upgrades {
		changes = append(changes, u.Changes...)
	}
	if len(upgrades) == 0 {
		fmt.Fprintf(app.IO.Err, "%s: %s has no legacy SSO profiles to upgrade\n", app.Name, w.In.Config.Path)
		return nil
	}
	if err := cmdline.NeedsYes(app, cmd, o.yes || o.show); err != nil {
		return err
	}
	preview, err := w.Preview(changes)
	if err != nil {
		return err
	}
	if !o.show {
		if err := preview.Probe(cmd.Context()); err != nil {
			return err
		}
	}
	fmt.Fprintf(app.IO.Err, "%s: %s; %s\n", app.Name, summary(upgrades), preview.Files())
	if err := preview.Print(); err != nil || o.show {
		return err
	}
	if err := app.Confirm(cmd.Context(), o.yes, "Write this to "+w.In.Config.Path+"? [Y/n] ", true); err != nil {
		return err
	}
	if _, err := w.Edit(cmd.Context(), false, "configure upgrade", changes...); err != nil {
		return err
	}
	for _, u := range upgrades {
		fmt.Fprintf(app.IO.Err, "%s: %d %s upgraded to [sso-session %s]; sign in once: %s\n",
			app.Name, len(u.Profiles), output.Plural(len(u.Profiles), "profile"), terminal.Printable(u.Session.Name), signin.LoginFor(app, u.Session.Name, ""))
	}
	return nil
}

// summary returns a text with the number of profiles that move to each session.
func summary(upgrades []profile.Upgrade) string {
	var moves []string
	for _, u := range upgrades {
		verb, article := "move", ""
		if len(u.Profiles) == 1 {
			verb = "moves"
		}
		if u.New {
			article = "a new "
		}
		moves = append(moves, fmt.Sprintf("%d %s %s to %s[sso-session %s]",
			len(u.Profiles), output.Plural(len(u.Profiles), "profile"), verb, article, terminal.Printable(u.Session.Name)))
	}
	return strings.Join(moves, "; ")
}

// findUpgrades returns the upgrades of the legacy profiles that the flags select. It returns an
// error if the flags select no profile. It also returns an error if there are several upgrades
// but --sso-session-name has only one name.
func findUpgrades(w *workspace.Workspace, o upgradeOptions) ([]profile.Upgrade, error) {
	upgrades, warnings, err := profile.Upgrades(w.In, o.startURL, o.session)
	w.Warn(warnings)
	if err != nil {
		return nil, err
	}
	fresh := 0
	for _, u := range upgrades {
		if u.New {
			fresh++
		}
		if o.session != "" && u.New && u.Session.Name != o.session && len(upgrades) == 1 {
			return nil, command.Usagef("--sso-session-name %s: an [sso-session] with this name exists, with another start URL", command.Quote(o.session))
		}
	}
	switch {
	case len(upgrades) == 0 && o.startURL != "":
		return nil, &command.ConfigError{Code: "Configuration", Msg: "no legacy profile of " + w.In.Config.Path + " has sso_start_url = " + o.startURL}
	case o.session != "" && fresh > 1:
		return nil, command.WithHint(command.Usagef("--sso-session-name names one session, but the legacy profiles have %d different start URLs or regions", fresh), "add: --sso-start-url URL")
	}
	return upgrades, nil
}
