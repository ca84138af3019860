package workspace

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/configfile"
	"github.com/lanyard-cli/lanyard/internal/credfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/self"
)

// Editor returns the editor of the user's files.
func (w *Workspace) Editor() *configfile.Editor {
	// All edits of one command have the same time, so that undo reverts them together.
	if w.edited.IsZero() {
		w.edited = w.App.Now()
	}
	return &configfile.Editor{
		Now: func() time.Time { return w.edited }, Warn: w.App.Warn,
		Omit: credfile.Omit, Restore: credfile.Restore,
	}
}

// Edit applies the changes to the config or the credentials file. `configure undo` shows the
// description.
func (w *Workspace) Edit(ctx context.Context, credentials bool, description string, changes ...awsconfig.Change) (changed bool, err error) {
	return w.EditFile(ctx, credentials, description, func(path string, old []byte) ([]byte, error) {
		return awsconfig.Edit(path, old, credentials, changes...)
	})
}

// EditFile replaces the content of the config or the credentials file with the result of change,
// as [configfile.Editor.Edit] does.
func (w *Workspace) EditFile(ctx context.Context, credentials bool, description string, change func(path string, old []byte) ([]byte, error)) (changed bool, err error) {
	path, variable := w.In.Config.Path, "AWS_CONFIG_FILE"
	if credentials {
		path, variable = w.In.Credentials.Path, "AWS_SHARED_CREDENTIALS_FILE"
	}
	if path == "" {
		return false, NoConfigFile(variable)
	}
	if w.NoHome != nil && strings.HasPrefix(path, "~") {
		return false, w.NoHome
	}
	changed, err = w.Editor().Edit(ctx, path, description, func(old []byte) ([]byte, error) {
		return change(path, old)
	})
	if changed && !credentials {
		w.IndexConfig()
	}
	return changed, ExplainEdit(err)
}

// Editable returns an error if the AWS CLI cannot read the config, because no edit can
// succeed then. Commands call Editable before they ask questions.
func (w *Workspace) Editable() error {
	content, err := datafile.Read(w.In.Config.Path, datafile.ConfigLimit)
	if err != nil {
		return nil //nolint:nilerr // the file does not exist yet, or the edit reports the error
	}
	_, err = awsconfig.Edit(w.In.Config.Path, content, false, awsconfig.Change{Kind: awsconfig.Other, Name: "lanyard", Key: "lanyard", Remove: true})
	return ExplainEdit(err)
}

// WarnOfReaders warns if other users can read the keys in a file.
func WarnOfReaders(app *command.App, path string) {
	info, err := os.Stat(path)
	if err != nil || runtime.GOOS == "windows" || info.Mode().Perm()&0o077 == 0 {
		return
	}
	app.Warn(fmt.Sprintf("The file '%s' is accessible by other users.", path), "run: chmod 600 "+command.Quote(path))
}

// NoConfigFile returns the error for an empty path variable.
func NoConfigFile(variable string) error {
	return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: variable + " is set but empty: no file to change"}, "unset %s", variable)
}

// ExplainEdit adds a hint to an error of an edit.
func ExplainEdit(err error) error {
	var edit *awsconfig.EditError
	if errors.As(err, &edit) && edit.Hint != "" {
		return command.WithHint(err, "%s", edit.Hint)
	}
	var file *configfile.FileError
	if errors.As(err, &file) && file.Hint != "" {
		return command.WithHint(err, "%s", file.Hint)
	}
	return err
}

// Section returns a section of the config file, or nil.
func (w *Workspace) Section(kind awsconfig.Kind, name string) (*awsconfig.Section, error) {
	s, problems, err := w.In.Config.Find(kind, name)
	for _, p := range problems {
		w.App.Warn(p.String(), p.Hint)
	}
	return s, err
}

// ProfileSections returns the sections of a profile in both files. A section is nil if the
// file does not have the profile.
func (w *Workspace) ProfileSections(name string) (config, credentials *awsconfig.Section, err error) {
	config, err = w.Section(awsconfig.Profile, name)
	if err != nil {
		return nil, nil, err
	}
	credentials, problems, err := w.In.Credentials.Find(awsconfig.Profile, name)
	for _, p := range problems {
		w.App.Warn(p.String(), p.Hint)
	}
	return config, credentials, err
}

// ProfileName returns the name of the profile in use. named means that a flag or a variable
// names the profile.
func (w *Workspace) ProfileName() (name string, named bool) {
	name = profile.Name(w.App.Flags.Profile, w.App.Env.Lookup)
	_, inEnv := w.App.Env.Lookup("AWS_PROFILE")
	_, inOldEnv := w.App.Env.Lookup("AWS_DEFAULT_PROFILE")
	return name, w.App.Flags.Profile != "" || inEnv || inOldEnv
}

// Removals returns the changes that remove keys from a profile.
func Removals(name string, keys []string) []awsconfig.Change {
	var changes []awsconfig.Change
	for _, key := range keys {
		changes = append(changes, awsconfig.Change{Kind: awsconfig.Profile, Name: name, Key: key, Remove: true})
	}
	return changes
}

// ProgramLine returns the program for a credential_process line. If lanyard is on PATH, it
// returns the bare name, so that the line survives an upgrade.
func ProgramLine(app *command.App) string {
	name := "lanyard"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for _, dir := range filepath.SplitList(app.Env.Get("PATH")) {
		if filepath.IsAbs(dir) && self.IsProgram(filepath.Join(dir, name)) {
			return "lanyard"
		}
	}
	if self, err := os.Executable(); err == nil && strings.TrimSuffix(filepath.Base(self), ".exe") == "lanyard" {
		app.Warn("lanyard is not on PATH; credential_process lines use its full path: "+self, "")
		return self
	}
	return "lanyard"
}
