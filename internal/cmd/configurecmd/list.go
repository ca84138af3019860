package configurecmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// newList returns the command configure list.
func newList(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Show the profile, keys and region in use",
		Long: `Show the profile, the access key and the region in use, and the source of each
value. lanyard masks the keys, and shows the keys of an SSO profile only if you
are signed in.`,
		Example: `lanyard configure list
lanyard configure list --profile dev-admin`,
		Annotations: cmdline.Uses("profile", "region", cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), app) },
	}
}

// A listRow is one line of the list. The zero value means that the setting is not set.
type listRow struct{ value, kind, location string }

// list prints the profile, the keys and the region in use.
func list(ctx context.Context, app *command.App) error {
	w := workspace.Files(app)
	fmt.Fprintf(app.Out, "%-10s : %-24s : %-16s : %s\n", "NAME", "VALUE", "TYPE", "LOCATION")
	row := func(name string, r listRow) {
		if r == (listRow{}) {
			r = listRow{"<not set>", "None", "None"}
		}
		fmt.Fprintf(app.Out, "%-10s : %-24s : %-16s : %s\n", name, terminal.Printable(r.value), r.kind, r.location)
	}
	row("profile", profileRow(w))
	p, err := w.Resolve()
	if err != nil {
		return err
	}
	id, secret, err := keyRows(ctx, w, p)
	if err != nil {
		return err
	}
	row("access_key", id)
	row("secret_key", secret)
	row("region", regionRow(w, p))
	return nil
}

// profileRow returns the row of the profile in use.
func profileRow(w *workspace.Workspace) listRow {
	name, named := w.ProfileName()
	switch {
	case w.App.Flags.Profile != "":
		return listRow{name, "manual", "--profile"}
	case named:
		return listRow{name, "env", "['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']"}
	}
	return listRow{}
}

// keyRows returns the rows of the keys in use, with the AWS CLI's words for where they come
// from.
func keyRows(ctx context.Context, w *workspace.Workspace, p *profile.Profile) (id, secret listRow, err error) {
	masked := func(c ssocache.Credentials, kind string) (listRow, listRow, error) {
		return listRow{mask(c.AccessKeyID), kind, ""}, listRow{mask(c.SecretAccessKey.Reveal()), kind, ""}, nil
	}
	if c, ok, err := workspace.EnvironmentKeys(w.App); ok || err != nil {
		if err != nil {
			return id, secret, err
		}
		return masked(c, "env")
	}
	c, err := credentials.Get(ctx, w, p, "configure list")
	if credentials.None(err) {
		return id, secret, nil
	}
	if err != nil {
		return id, secret, err
	}
	switch p.Kind {
	case profile.SSO:
		if p.Process != nil {
			return masked(c, "custom-process")
		}
		return masked(c, "sso")
	case profile.Static:
		_, kind, err := workspace.StaticKeys(p)
		if err != nil {
			return id, secret, err
		}
		return masked(c, kind)
	case profile.AssumeRole:
		return masked(c, "assume-role")
	case profile.WebIdentity:
		return masked(c, "assume-role-with-web-identity")
	case profile.Login:
		return masked(c, "login")
	case profile.Process:
		return masked(c, "custom-process")
	case profile.Container:
		return masked(c, "container-role")
	}
	return masked(c, "iam-role")
}

// mask hides all characters except the last four.
func mask(s string) string {
	if r := []rune(s); len(r) > 4 {
		s = string(r[len(r)-4:])
	}
	return "****************" + s
}

// regionRow returns the row of the region in use. If the region comes from a file, the row has
// the path of the file as it is configured.
func regionRow(w *workspace.Workspace, p *profile.Profile) listRow {
	literal, _ := p.Get("region")
	switch p.RegionSource {
	case profile.Flag:
		return listRow{p.Region, "manual", "--region"}
	case profile.Env:
		return listRow{p.Region, "env", "['AWS_REGION', 'AWS_DEFAULT_REGION']"}
	case profile.ConfigFile:
		return listRow{literal.Value, "config-file", configured(w, "AWS_CONFIG_FILE", "~/.aws/config")}
	case profile.CredentialsFile:
		return listRow{literal.Value, "config-file", configured(w, "AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")}
	}
	return listRow{}
}

// configured returns the path of a file as it is written in the environment, or the default path.
func configured(w *workspace.Workspace, variable, def string) string {
	if path, ok := w.App.Env.Lookup(variable); ok {
		return path
	}
	return def
}

// newListProfiles returns the command configure list-profiles.
func newListProfiles(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "list-profiles",
		Short: "Print the names of all profiles",
		Long: `Print the names of all profiles, one per line: first the profiles of the config
in the order of the file, then the profiles that are only in the credentials
file.`,
		Example: `lanyard configure list-profiles`,
		Args:    cmdline.NoArgs,
		RunE:    func(*cobra.Command, []string) error { return listProfiles(app) },
	}
}

// listProfiles prints the names of all profiles.
func listProfiles(app *command.App) error {
	names, err := workspace.ProfileNames(app)
	if err != nil {
		return err
	}
	for _, name := range names {
		fmt.Fprintln(app.Out, terminal.Printable(name))
	}
	if len(names) == 0 {
		app.TellSetUp()
	}
	return nil
}
