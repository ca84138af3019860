// The commands configure get, set and unset, and the parser for the names of settings.

package configurecmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// newGet returns the command configure get.
func newGet(app *command.App) *cobra.Command {
	var in sectionFlags
	cmd := &cobra.Command{
		Use:   "get KEY",
		Short: "Print one setting of the config",
		Long: `Print the value of a setting in the config or the credentials file. Environment
variables have no effect. If the setting does not exist, lanyard prints nothing
and the exit code is 1.

KEY is the name of a setting. Use KEY.SUBKEY for a setting in a nested block,
and profile.NAME.KEY for a setting of another profile.`,
		Example: `lanyard configure get region --profile dev-admin
lanyard configure get profile.dev-admin.sso_role_name
lanyard configure get sso_start_url --sso-session corp`,
		Annotations: cmdline.Uses("profile"),
		Args:        cmdline.WantArgs("KEY"),
		RunE:        func(_ *cobra.Command, args []string) error { return get(app, args[0], in) },
	}
	in.add(cmd)
	return cmd
}

// get prints a setting.
func get(app *command.App, variable string, flags sectionFlags) error {
	w, at, err := open(app, variable, flags)
	if err != nil {
		return err
	}
	setting, ok, err := lookUp(w, at)
	switch {
	case err != nil:
		return err
	case !ok:
		return command.ExitError(command.ExitCommand)
	case at.sub == "" && setting.Nested != nil:
		return &command.CommandError{Msg: fmt.Sprintf("varname (%s) must reference a value, not a section or sub-section.", variable)}
	}
	_, err = fmt.Fprintln(app.Out, setting.Value)
	return err
}

// lookUp returns a setting and reports whether it is set. If both files have a setting of a
// profile, lookUp returns the setting of the credentials file.
func lookUp(w *workspace.Workspace, at place) (awsconfig.Setting, bool, error) {
	sections, err := sectionsAt(w, at)
	if err != nil {
		return awsconfig.Setting{}, false, err
	}
	for _, s := range sections {
		found, ok := s.Get(at.key)
		if ok && at.sub != "" {
			found, ok = (&awsconfig.Section{Settings: found.Nested}).Get(at.sub)
		}
		if ok {
			return found, true, nil
		}
	}
	// A file that cannot be read may have the setting.
	return awsconfig.Setting{}, false, cmp.Or(w.In.Config.Unreadable(), w.In.Credentials.Unreadable())
}

// newSet returns the command configure set.
func newSet(app *command.App) *cobra.Command {
	var in sectionFlags
	cmd := &cobra.Command{
		Use:   "set KEY VALUE",
		Short: "Change one setting of the config",
		Long: `Write one setting to the config file, or to the credentials file if the setting
is an access key. The rest of the file stays as it is, byte for byte. To undo
the change, run "lanyard configure undo".

KEY has the same form as in "lanyard configure get".`,
		Example: `lanyard configure set region eu-west-1 --profile dev-admin
lanyard configure set sso_refresh_window 43200 --sso-session corp
# a nested block: s3 =, max_concurrent_requests = 20
lanyard configure set s3.max_concurrent_requests 20`,
		Annotations:        cmdline.Uses("profile"),
		DisableFlagParsing: true, // a value can begin with a hyphen
		RunE: func(cmd *cobra.Command, args []string) error {
			args, err := cmdline.TakeValues(cmd, args)
			if errors.Is(err, pflag.ErrHelp) {
				return cmd.Help()
			}
			if err != nil {
				return err
			}
			if err := cmdline.Start(app, cmd); err != nil {
				return err
			}
			if err := output.Check(app); err != nil {
				return err
			}
			if err := cmdline.WantArgs("KEY", "VALUE")(cmd, args); err != nil {
				return err
			}
			return set(cmd.Context(), app, args[0], args[1], in)
		},
	}
	in.add(cmd)
	return cmd
}

// set writes a setting and removes the settings that contradict it.
func set(ctx context.Context, app *command.App, variable, value string, flags sectionFlags) error {
	w, at, err := open(app, variable, flags)
	if err != nil {
		return err
	}
	if at.sub == "" {
		if err := profile.CheckSetting(at.key, value); err != nil {
			return err
		}
	}
	change := awsconfig.Change{Kind: at.kind, Name: at.name, Key: at.key, Sub: at.sub, Value: value}
	if err := profile.CheckAgreement(w.In, change); err != nil {
		return err
	}
	changes := []awsconfig.Change{change}
	if at.kind == awsconfig.Profile && at.sub == "" && strings.EqualFold(at.key, "sso_session") {
		stale, err := profile.Contradictions(w.In, at.name, value)
		if err != nil {
			return err
		}
		changes = append(changes, workspace.Removals(at.name, stale)...)
	}
	credentials := at.kind == awsconfig.Profile && at.sub == "" && secretKey(at.key)
	if _, err := w.Edit(ctx, credentials, "configure set "+variable, changes...); err != nil {
		return err
	}
	for _, gone := range changes[1:] {
		fmt.Fprintf(app.IO.Err, "%s: removed %s from profile %s: it contradicts [sso-session %s]\n", app.Name, gone.Key, terminal.Printable(at.name), terminal.Printable(value))
	}
	if credentials {
		workspace.WarnOfReaders(app, w.In.Credentials.Path)
	}
	return nil
}

// newUnset returns the command configure unset.
func newUnset(app *command.App) *cobra.Command {
	var in sectionFlags
	cmd := &cobra.Command{
		Use:   "unset KEY",
		Short: "Remove one setting from the config",
		Long: `Remove one setting, with all lines of its value. If the setting does not exist,
the exit code is 1.

KEY has the same form as in "lanyard configure get".`,
		Example: `lanyard configure unset region --profile dev-admin
lanyard configure unset sso_refresh_window --sso-session corp`,
		Annotations: cmdline.Uses("profile"),
		Args:        cmdline.WantArgs("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return unset(cmd.Context(), app, args[0], in)
		},
	}
	in.add(cmd)
	return cmd
}

// unset removes a setting from all files.
func unset(ctx context.Context, app *command.App, variable string, flags sectionFlags) error {
	w, at, err := open(app, variable, flags)
	if err != nil {
		return err
	}
	if _, err := sectionsAt(w, at); err != nil {
		return err
	}
	change := awsconfig.Change{Kind: at.kind, Name: at.name, Key: at.key, Sub: at.sub, Remove: true}
	changed, err := w.Edit(ctx, false, "configure unset "+variable, change)
	if err != nil {
		return err
	}
	if at.kind == awsconfig.Profile {
		also, err := w.Edit(ctx, true, "configure unset "+variable, change)
		if err != nil {
			return err
		}
		changed = changed || also
	}
	if !changed {
		return command.ExitError(command.ExitCommand)
	}
	return nil
}

// sectionFlags are the flags that name a section other than a profile.
type sectionFlags struct{ session, services string }

// add adds the flags to a command.
func (s *sectionFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.session, "sso-session", "", "use the [sso-session] `NAME` instead of a profile")
	cmd.Flags().StringVar(&s.services, "services", "", "use the [services] section `NAME` instead of a profile")
}

// A place is the location of a setting in the config.
type place struct {
	kind awsconfig.Kind
	name string
	key  string
	sub  string // the key in a nested block; "" if key has a plain value

	named bool // the argument names the section, as in profile.dev.region
}

// open reads the files and returns the place of a setting.
func open(app *command.App, variable string, flags sectionFlags) (*workspace.Workspace, place, error) {
	w := workspace.Files(app)
	at, err := locate(w, variable, flags)
	return w, at, err
}

// locate parses the name of a setting by the AWS CLI's rules. The name is profile.NAME.KEY,
// default.KEY, NAME.KEY for an existing profile, or plugins.KEY. Otherwise it is KEY in the
// profile in use. Each KEY can have a .SUB for a nested block.
//
// The flags --sso-session and --services choose another kind of section.
func locate(w *workspace.Workspace, variable string, flags sectionFlags) (place, error) {
	at := place{kind: awsconfig.Profile}
	parts := strings.Split(variable, ".")
	switch {
	case flags.session != "" && flags.services != "":
		return at, command.Usagef("--sso-session cannot be used with --services")
	case flags.session != "":
		at.kind, at.name = awsconfig.SSOSession, flags.session
	case flags.services != "":
		at.kind, at.name = awsconfig.Services, flags.services
	case parts[0] == "plugins" && len(parts) == 2:
		at.kind, at.name, at.named = awsconfig.Other, "plugins", true
		parts = parts[1:]
	case parts[0] == "profile" && len(parts) > 1:
		at.name, at.named = parts[1], true
		parts = parts[2:]
	case len(parts) > 1 && (parts[0] == "default" || hasProfile(w, parts[0])):
		at.name, at.named = parts[0], true
		parts = parts[1:]
	default:
		at.name, _ = w.ProfileName()
	}
	switch len(parts) {
	case 2:
		at.key, at.sub = parts[0], parts[1]
		if at.sub == "" {
			return at, badPlace(variable)
		}
	case 1:
		at.key = parts[0]
	}
	if terminal.Printable(variable) != variable {
		return at, command.Usagef("%s is not the name of a setting: it has invisible characters", strconv.QuoteToASCII(variable))
	}
	if at.key == "" || at.name == "" && at.named {
		return at, badPlace(variable)
	}
	return at, nil
}

// badPlace returns the error for an invalid name of a setting.
func badPlace(variable string) error {
	return command.WithHint(command.Usagef("%q is not the name of a setting", variable), "use KEY, KEY.SUBKEY, profile.NAME.KEY or profile.NAME.KEY.SUBKEY, or add --profile NAME")
}

// hasProfile reports whether one of the files has the profile. It ignores files that it cannot
// read; lookUp reports their errors.
func hasProfile(w *workspace.Workspace, name string) bool {
	config, credentials, err := w.ProfileSections(name)
	return err == nil && (config != nil || credentials != nil)
}

// sectionsAt returns the sections that can have the setting, in order of precedence. A flag, the
// environment or the argument can name a section. If that section does not exist, sectionsAt
// returns an error.
func sectionsAt(w *workspace.Workspace, at place) ([]*awsconfig.Section, error) {
	if at.kind != awsconfig.Profile {
		s, err := w.Section(at.kind, at.name)
		if err == nil && s == nil && at.kind != awsconfig.Other {
			err = command.WithHint(fmt.Errorf("The config sub-section (%s) could not be found", at.name), // the AWS CLI's words
				"%s has no [%s %s]", w.In.Config.Path, at.kind, at.name)
		}
		return []*awsconfig.Section{s}, err
	}
	config, credentials, err := w.ProfileSections(at.name)
	if err != nil {
		return nil, err
	}
	if _, named := w.ProfileName(); config == nil && credentials == nil && named && !at.named {
		_, err := w.Resolve() // Resolve returns the error for a missing profile, with a suggestion
		return nil, err
	}
	return []*awsconfig.Section{credentials, config}, nil
}

// secretKey reports whether a key of a profile belongs in the credentials file.
func secretKey(key string) bool {
	switch strings.ToLower(key) {
	case "aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token":
		return true
	}
	return false
}
