package configurecmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

func newConfigureSet(app *command.App) *cobra.Command {
	var in sectionFlags
	cmd := &cobra.Command{
		Use:   "set KEY VALUE",
		Short: "Give one setting of the config a value",
		Long: `Set one value in the config file; access keys go to the credentials file. All
else in the file stays as it is, to the byte. KEY is as for "configure get", and
"configure undo" takes the change back.

  lanyard configure set region eu-west-1 --profile dev-admin
  lanyard configure set sso_refresh_window 43200 --sso-session corp`,
		Annotations:        command.Uses("profile"),
		DisableFlagParsing: true, // a value may be a negative number
		RunE: func(cmd *cobra.Command, args []string) error {
			args, err := command.TakeValues(cmd, args)
			if errors.Is(err, pflag.ErrHelp) {
				return cmd.Help()
			}
			if err != nil {
				return err
			}
			if err := app.StartCommand(cmd); err != nil {
				return err
			}
			if err := output.Check(app); err != nil {
				return err
			}
			if err := command.WantArgs("KEY", "VALUE")(cmd, args); err != nil {
				return err
			}
			return configureSet(cmd.Context(), app, args[0], args[1], in)
		},
	}
	in.add(cmd)
	return cmd
}

func newConfigureUnset(app *command.App) *cobra.Command {
	var in sectionFlags
	cmd := &cobra.Command{
		Use:   "unset KEY",
		Short: "Remove one setting from the config",
		Long: `Remove one setting, with all the lines of its value. KEY is as for "configure
get". Exit code 1 means that there was nothing to remove.`,
		Annotations: command.Uses("profile"),
		Args:        command.OneArg("KEY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return configureUnset(cmd.Context(), app, args[0], in)
		},
	}
	in.add(cmd)
	return cmd
}

func configureSet(ctx context.Context, app *command.App, variable, value string, flags sectionFlags) error {
	w, at, err := placeToChange(app, variable, flags)
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
		warnOfReaders(app, w.In.Credentials.Path)
	}
	return nil
}

func configureUnset(ctx context.Context, app *command.App, variable string, flags sectionFlags) error {
	w, at, err := placeToChange(app, variable, flags)
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

// placeToChange reads the files and the name of a setting.
func placeToChange(app *command.App, variable string, flags sectionFlags) (*workspace.Workspace, settingPlace, error) {
	w := workspace.Files(app)
	at, err := locate(w, variable, flags)
	return w, at, err
}

// warnOfReaders says that others can read the keys in a file.
func warnOfReaders(app *command.App, path string) {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return
	}
	app.Warn(fmt.Sprintf("The file '%s' is accessible by other users.", path), "run: chmod 600 "+command.Quote(path))
}
