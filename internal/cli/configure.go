package cli

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/configfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
)

func newConfigure(app *command.App) *cobra.Command {
	configure := command.Group("configure", "Set up profiles, and read and change the AWS config")
	configure.AddCommand(
		newConfigureSSO(app), newConfigureSession(app),
		newConfigureGet(app), newConfigureSet(app), newConfigureUnset(app),
		newConfigureList(app), newListProfiles(app),
		newConfigureImport(app), newConfigureUpgrade(app), newConfigureUndo(app),
		newExportCredentials(app),
	)
	return configure
}

// editor changes the person's files.
func (w *world) editor() *configfile.Editor {
	// All that one command changes has one time, by which undo finds it.
	if w.edited.IsZero() {
		w.edited = w.app.Now()
	}
	return &configfile.Editor{Now: func() time.Time { return w.edited }, Warn: w.app.Warn}
}

// edit carries the changes out on the config or the credentials file. what says
// for `configure undo` what it was.
func (w *world) edit(ctx context.Context, credentials bool, what string, changes ...awsconfig.Change) (changed bool, err error) {
	path, variable := w.in.Config.Path, "AWS_CONFIG_FILE"
	if credentials {
		path, variable = w.in.Credentials.Path, "AWS_SHARED_CREDENTIALS_FILE"
	}
	if path == "" {
		return false, noConfigFile(variable)
	}
	if w.noHome != nil && strings.HasPrefix(path, "~") {
		return false, w.noHome
	}
	changed, err = w.editor().Edit(ctx, path, what, func(old []byte) ([]byte, error) {
		return awsconfig.Edit(path, old, credentials, changes...)
	})
	return changed, explainEdit(err)
}

// editable fails where no edit of the config could succeed, because the AWS CLI
// could not read the file: nobody should answer questions for that.
func (w *world) editable() error {
	content, err := datafile.Read(w.in.Config.Path, datafile.ConfigLimit)
	if err != nil {
		return nil //nolint:nilerr // there is none yet; or the edit says what is wrong
	}
	_, err = awsconfig.Edit(w.in.Config.Path, content, false, awsconfig.Change{Kind: awsconfig.Other, Name: "lanyard", Key: "lanyard", Remove: true})
	return explainEdit(err)
}

// noConfigFile says that there is nothing to write to.
func noConfigFile(variable string) error {
	return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: variable + " is set and empty: there is no file to change"}, "unset %s", variable)
}

// explainEdit adds what to do to an error of an edit.
func explainEdit(err error) error {
	var edit *awsconfig.EditError
	if errors.As(err, &edit) && edit.Mend != "" {
		return command.WithHint(err, "%s", edit.Mend)
	}
	var file *configfile.FileError
	if errors.As(err, &file) && file.Hint != "" {
		return command.WithHint(err, "%s", file.Hint)
	}
	return err
}

// sectionFlags are the flags that name a section other than a profile.
type sectionFlags struct{ session, services string }

func (s *sectionFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&s.session, "sso-session", "", "the [sso-session] to look at in place of a profile")
	cmd.Flags().StringVar(&s.services, "services", "", "the [services] section to look at in place of a profile")
}

// section returns a section of the config file, or nil.
func (w *world) section(kind awsconfig.Kind, name string) (*awsconfig.Section, error) {
	s, problems, err := w.in.Config.Find(kind, name)
	for _, p := range problems {
		w.app.Warn(p.String(), p.Mend)
	}
	return s, err
}

// profileSections returns what both files say of a profile; nil for a file that
// does not have it.
func (w *world) profileSections(name string) (config, credentials *awsconfig.Section, err error) {
	config, err = w.section(awsconfig.Profile, name)
	if err != nil {
		return nil, nil, err
	}
	credentials, problems, err := w.in.Credentials.Find(awsconfig.Profile, name)
	for _, p := range problems {
		w.app.Warn(p.String(), p.Mend)
	}
	return config, credentials, err
}

// profileName is the profile that is meant, and whether it was named.
func (w *world) profileName() (name string, named bool) {
	name = profile.Name(w.app.Flags.Profile, w.app.Env.Lookup)
	_, inEnv := w.app.Env.Lookup("AWS_PROFILE")
	_, inOldEnv := w.app.Env.Lookup("AWS_DEFAULT_PROFILE")
	return name, w.app.Flags.Profile != "" || inEnv || inOldEnv
}
