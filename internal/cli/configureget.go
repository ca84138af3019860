package cli

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

func newConfigureGet(app *App) *cobra.Command {
	var in sectionFlags
	cmd := &cobra.Command{
		Use:   "get KEY",
		Short: "Print one setting of the config",
		Long: `Print the value of a setting as it stands in the config or the credentials
file; the environment does not count. Nothing and exit code 1 mean that it is not
set. A key of another profile: profile.NAME.KEY; of a nested block: KEY.SUBKEY.`,
		Annotations: uses("profile"),
		Args:        oneArg("KEY"),
		RunE:        func(_ *cobra.Command, args []string) error { return app.configureGet(args[0], in) },
	}
	in.add(cmd)
	return cmd
}

// oneArg wants exactly one argument.
func oneArg(name string) cobra.PositionalArgs { return wantArgs(name) }

// wantArgs wants an argument for each name.
func wantArgs(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return withHint(usagef("the following arguments are required: %s", strings.Join(names[len(args):], ", ")), "run: %s --help", cmd.CommandPath())
		case len(args) > len(names):
			return noArgs(cmd, args[len(names):])
		}
		return nil
	}
}

func (app *App) configureGet(variable string, flags sectionFlags) error {
	w := app.files()
	at, err := w.place(variable, flags)
	if err != nil {
		return err
	}
	setting, ok, err := w.setting(at)
	switch {
	case err != nil:
		return err
	case !ok:
		return exitError(exitCommand)
	case at.sub == "" && setting.Nested != nil:
		return &commandError{fmt.Sprintf("varname (%s) must reference a value, not a section or sub-section.", variable)}
	}
	_, err = fmt.Fprintln(app.Out, setting.Value)
	return err
}

// setting looks a setting up. Of a profile the credentials file counts before the
// config.
func (w *world) setting(at settingPlace) (awsconfig.Setting, bool, error) {
	sections, err := w.sectionsAt(at)
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
	// A file that cannot be read may have it.
	return awsconfig.Setting{}, false, cmp.Or(w.in.Config.Unreadable(), w.in.Credentials.Unreadable())
}

// sectionsAt returns the sections that may have the setting, the first first. A
// profile that the command line named must exist, and so must any other section.
func (w *world) sectionsAt(at settingPlace) ([]*awsconfig.Section, error) {
	if at.kind != awsconfig.Profile {
		s, err := w.section(at.kind, at.name)
		if err == nil && s == nil && at.kind != awsconfig.Other {
			err = withHint(fmt.Errorf("The config sub-section (%s) could not be found", at.name), // the AWS CLI's words
				"%s has no [%s %s]", w.in.Config.Path, at.kind, at.name)
		}
		return []*awsconfig.Section{s}, err
	}
	config, credentials, err := w.profileSections(at.name)
	if err != nil {
		return nil, err
	}
	if _, named := w.profileName(); config == nil && credentials == nil && named && !at.named {
		_, err := w.resolve() // says it, with what may have been meant
		return nil, errors.Join(err)
	}
	return []*awsconfig.Section{credentials, config}, nil
}
