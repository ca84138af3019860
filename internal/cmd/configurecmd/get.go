package configurecmd

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

func newConfigureGet(app *command.App) *cobra.Command {
	var in sectionFlags
	cmd := &cobra.Command{
		Use:   "get KEY",
		Short: "Print one setting of the config",
		Long: `Print the value of a setting as it stands in the config or the credentials
file; the environment does not count. Nothing and exit code 1 mean that it is not
set. A key of another profile: profile.NAME.KEY; of a nested block: KEY.SUBKEY.`,
		Annotations: command.Uses("profile"),
		Args:        command.OneArg("KEY"),
		RunE:        func(_ *cobra.Command, args []string) error { return configureGet(app, args[0], in) },
	}
	in.add(cmd)
	return cmd
}

func configureGet(app *command.App, variable string, flags sectionFlags) error {
	w := workspace.Files(app)
	at, err := locate(w, variable, flags)
	if err != nil {
		return err
	}
	setting, ok, err := setting(w, at)
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

// setting looks a setting up. Of a profile the credentials file counts before the
// config.
func setting(w *workspace.Workspace, at settingPlace) (awsconfig.Setting, bool, error) {
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
	// A file that cannot be read may have it.
	return awsconfig.Setting{}, false, cmp.Or(w.In.Config.Unreadable(), w.In.Credentials.Unreadable())
}

// sectionsAt returns the sections that may have the setting, the first first. A
// profile that the command line named must exist, and so must any other section.
func sectionsAt(w *workspace.Workspace, at settingPlace) ([]*awsconfig.Section, error) {
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
		_, err := w.Resolve() // says it, with what may have been meant
		return nil, errors.Join(err)
	}
	return []*awsconfig.Section{credentials, config}, nil
}
