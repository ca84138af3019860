// The organization that the flags choose: from a file, generated, or built in.

package emulatorcmd

import (
	"cmp"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/emulator"
	"github.com/lanyard-cli/lanyard/emulator/orgfile"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
)

// options holds the flags that choose the organization and the behavior of the emulator.
type options struct {
	org               string
	accounts, roles   int
	autoApprove       string
	seed              uint64
	rateLimits, admin bool
	forward           string
}

// addOrganization adds the flags that choose the organization.
func (o *options) addOrganization(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.org, "org", "", "read the organization from this `FILE` (see \"lanyard emulator init\")")
	f.IntVar(&o.accounts, "accounts", 0, "generate an organization with `N` accounts (default 10 with --roles)")
	f.IntVar(&o.roles, "roles", 0, "generate an organization with `N` roles in each account (default 4 with --accounts)")
}

// addService adds the flags for the behavior of the emulator.
func (o *options) addService(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVar(&o.autoApprove, "auto-approve", "", "sign in as this `USER` without showing a page")
	f.Uint64Var(&o.seed, "seed", 0, "make identifiers and tokens predictable; `N` is not 0")
	f.BoolVar(&o.rateLimits, "rate-limits", false, "apply the request limits that AWS publishes")
	f.StringVar(&o.forward, "forward", "", "send requests for services that the emulator lacks to this `URL`, for example of moto")
	f.BoolVar(&o.admin, "admin", false, "serve the admin API (time, faults, sessions, counters) and print its token")
}

// newConfig returns the Config that the flags describe. It validates the organization file, but
// not the other flags.
func newConfig(app *command.App, cmd *cobra.Command, o options) (emulator.Config, error) {
	c, err := organization(app, cmd, o)
	if err != nil {
		return c, err
	}
	c.AutoApprove, c.Seed, c.RateLimits, c.Now, c.Forward = o.autoApprove, o.seed, o.rateLimits, app.Now, o.forward
	if cmd.Flags().Changed("seed") && o.seed == 0 {
		return c, command.WithHint(command.Usagef("--seed 0 has no effect"), "use another number, for example: --seed 1")
	}
	if o.admin {
		c.AdminToken = rand.Text()
	}
	if app.Flags.Debug {
		c.Log = app.Log
	}
	return c, nil
}

// organization returns the organization in the file, a generated organization, or the built-in
// organization.
func organization(app *command.App, cmd *cobra.Command, o options) (c emulator.Config, err error) {
	changed := cmd.Flags().Changed
	generate := changed("accounts") || changed("roles")
	switch {
	case changed("org") && generate:
		return c, command.Usagef("--org cannot be used with --accounts or --roles")
	case changed("org") && app.Flags.Region != "":
		return c, command.WithHint(command.Usagef("--org cannot be used with --region"), "set the region in the file")
	case changed("org"):
		c, err = orgfile.Load(o.org)
		return c, explainFile(o.org, err)
	case generate:
		if !changed("accounts") {
			o.accounts = 10
		}
		if !changed("roles") {
			o.roles = 4
		}
		if c, err = emulator.Generate(o.accounts, o.roles); err != nil {
			return c, command.Usagef("--accounts %d --roles %d: %v", o.accounts, o.roles, err)
		}
	default:
		c = emulator.BuiltIn()
	}
	c.Region = app.Flags.Region
	return c, nil
}

// explainFile returns a configuration error for a bad organization file. The file is the
// configuration of the emulator. Other errors, such as a port in use, have other exit codes.
func explainFile(path string, err error) error {
	if err == nil {
		return nil
	}
	var bad *orgfile.Error
	if errors.As(err, &bad) {
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: bad.Error()}, "to see all fields, run: lanyard emulator init -")
	}
	if errors.Is(err, os.ErrNotExist) {
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "organization file " + path + " does not exist"}, "run: lanyard emulator init %s", command.Quote(path))
	}
	return &command.ConfigError{Code: "Configuration", Msg: "read organization file: " + err.Error()}
}

// explain returns a usage error if a flag caused the emulator's error. The usage error names the
// flag.
func explain(cmd *cobra.Command, err error, c emulator.Config) error {
	var field *emulator.FieldError
	if !errors.As(err, &field) {
		return err
	}
	switch field.Field {
	case "auto_approve":
		var names []string
		for _, u := range c.Users {
			names = append(names, u.Name)
		}
		slices.Sort(names)
		return command.WithHint(command.Usagef("--auto-approve: %s", field.Problem), "the users are: %s", cmp.Or(strings.Join(names, ", "), "none"))
	case "forward":
		return command.Usagef("--forward: %s", field.Problem)
	case "region":
		return command.Usagef("--region: %s", field.Problem)
	}
	return command.Usagef("%s: %v", cmd.CommandPath(), err)
}

// newInit returns the command emulator init.
func newInit(app *command.App) *cobra.Command {
	return &cobra.Command{
		Use:   "init [FILE]",
		Short: "Write an example organization file",
		Long: `Write an organization file that contains and explains every field. Without FILE,
or if FILE is -, lanyard prints the organization. lanyard does not overwrite an
existing file.`,
		Example: `lanyard emulator init org.yaml`,
		Args:    cmdline.MaxArgs(1),
		RunE:    func(_ *cobra.Command, args []string) error { return writeExample(app, args) },
	}
}

// writeExample writes the example organization to a new file, or to stdout.
func writeExample(app *command.App, args []string) error {
	if len(args) == 0 || args[0] == "-" {
		_, err := io.WriteString(app.Out, orgfile.Example())
		return err
	}
	path := args[0]
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, os.ErrExist) {
		return command.WithHint(fmt.Errorf("%s already exists; it is unchanged", path), "choose another name")
	}
	if err != nil {
		return fmt.Errorf("the example organization was not written: %w", err)
	}
	_, err = f.WriteString(orgfile.Example())
	if err := errors.Join(err, f.Close()); err != nil {
		return fmt.Errorf("the example organization was not written: %w", err)
	}
	fmt.Fprintf(app.IO.Err, "%s: wrote %s\n", app.Name, path)
	fmt.Fprintf(app.IO.Err, "hint: run: %s emulator --org %s\n", app.Name, command.Quote(path))
	return nil
}
