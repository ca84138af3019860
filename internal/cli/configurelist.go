package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

func newConfigureList(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Show which profile, keys and region are in use, and where they come from",
		Long: `Show the profile, the access key and the region in use, and where each comes
from. The keys of an SSO profile are fetched if there is a session.`,
		Annotations: command.Uses("profile", "region", command.Connection),
		Args:        command.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return configureList(cmd.Context(), app) },
	}
}

// A listRow is one line of the list. Its zero value is a setting that is not set.
type listRow struct{ value, kind, location string }

func configureList(ctx context.Context, app *command.App) error {
	w := openFiles(app)
	fmt.Fprintf(app.Out, "%-10s : %-24s : %-16s : %s\n", "NAME", "VALUE", "TYPE", "LOCATION")
	print := func(name string, r listRow) {
		if r == (listRow{}) {
			r = listRow{"<not set>", "None", "None"}
		}
		fmt.Fprintf(app.Out, "%-10s : %-24s : %-16s : %s\n", name, terminal.Printable(r.value), r.kind, r.location)
	}
	print("profile", w.profileRow())
	p, err := w.resolve()
	if err != nil {
		return err
	}
	id, secret, err := w.keyRows(ctx, p)
	if err != nil {
		return err
	}
	print("access_key", id)
	print("secret_key", secret)
	print("region", w.regionRow(p))
	return nil
}

func (w *world) profileRow() listRow {
	name, named := w.profileName()
	switch {
	case w.app.Flags.Profile != "":
		return listRow{name, "manual", "--profile"}
	case named:
		return listRow{name, "env", "['AWS_PROFILE', 'AWS_DEFAULT_PROFILE']"}
	}
	return listRow{}
}

// keyRows describes the keys in use. What takes a role or another program to get
// is named, not fetched.
func (w *world) keyRows(ctx context.Context, p *profile.Profile) (id, secret listRow, err error) {
	masked := func(c ssocache.Credentials, kind string) (listRow, listRow, error) {
		return listRow{mask(c.AccessKeyID), kind, ""}, listRow{mask(c.SecretAccessKey.Reveal()), kind, ""}, nil
	}
	if c, ok, err := environmentKeys(w.app); ok || err != nil {
		if err != nil {
			return id, secret, err
		}
		return masked(c, "env")
	}
	unfetched := func(kind string) (listRow, listRow, error) {
		row := listRow{"<not fetched>", kind, ""}
		return row, row, nil
	}
	switch p.Kind {
	case profile.SSO:
		c, err := w.credentials(ctx, p, "configure list")
		if err != nil {
			return id, secret, err
		}
		if p.Process != nil {
			return masked(c, "custom-process")
		}
		return masked(c, "sso")
	case profile.Static:
		c, kind, err := staticKeys(p)
		if err != nil {
			return id, secret, err
		}
		return masked(c, kind)
	case profile.AssumeRole:
		return unfetched("assume-role")
	case profile.WebIdentity:
		return unfetched("assume-role-with-web-identity")
	case profile.Login:
		return unfetched("login")
	case profile.Process:
		return unfetched("custom-process")
	case profile.Container:
		return unfetched("container-role")
	}
	return id, secret, nil
}

// mask shows the last four characters.
func mask(s string) string {
	if r := []rune(s); len(r) > 4 {
		s = string(r[len(r)-4:])
	}
	return "****************" + s
}

// regionRow says where the region comes from; of a file the value as it stands
// there, and the path as it is configured.
func (w *world) regionRow(p *profile.Profile) listRow {
	literal, _ := p.Get("region")
	switch p.RegionSource {
	case profile.Flag:
		return listRow{p.Region, "manual", "--region"}
	case profile.Env:
		return listRow{p.Region, "env", "['AWS_REGION', 'AWS_DEFAULT_REGION']"}
	case profile.ConfigFile:
		return listRow{literal.Value, "config-file", w.configured("AWS_CONFIG_FILE", "~/.aws/config")}
	case profile.CredentialsFile:
		return listRow{literal.Value, "config-file", w.configured("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials")}
	}
	return listRow{}
}

// configured is the path of a file as the environment or the default has it.
func (w *world) configured(variable, def string) string {
	if path, ok := w.app.Env.Lookup(variable); ok {
		return path
	}
	return def
}

func newListProfiles(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "list-profiles",
		Short: "Print the names of all profiles",
		Long:  "Print the names of all profiles, one on a line: the config's in its order, then what the credentials file adds.",
		Args:  command.NoArgs,
		RunE:  func(*cobra.Command, []string) error { return listProfiles(app) },
	}
}

// profileNames returns the names of all profiles, in the order of the files.
func profileNames(app *command.App) ([]string, error) {
	w := openFiles(app)
	names, warnings, err := profile.Names(w.in)
	w.warn(warnings)
	return names, err
}

func listProfiles(app *command.App) error {
	names, err := profileNames(app)
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
