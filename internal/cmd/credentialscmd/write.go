package credentialscmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/credfile"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// caller is the name of the command for other processes, and for "configure undo".
const caller = "credentials write"

// newWrite returns the command credentials write.
func newWrite(app *command.App) *cobra.Command {
	var as string
	cmd := &cobra.Command{
		Use:   "write [PROFILE...]",
		Short: "Write credentials of profiles to the credentials file",
		Long: `Write the credentials of profiles to the credentials file. The entry of profile
dev has the name lanyard-dev, because many tools would prefer an entry named dev
to the settings of the profile. --as sets another name, such as default. lanyard
refuses the name of a profile that has credentials of its own.

The entry holds the keys, the account, the region, and the expiry in
x_security_token_expires. lanyard does not overwrite sections of other programs,
or an entry that you or another program has changed.

While the agent runs, the agent renews the entries of profiles that use IAM
Identity Center. To renew other entries, run "lanyard credentials write" again.
"lanyard logout" and "lanyard credentials clean" remove entries. Backups and
"lanyard configure undo" leave the entries out.

Every program of your user can read the keys in the file. Without PROFILE, write
uses --profile, AWS_PROFILE or AWS_DEFAULT_PROFILE, else opens a menu on the
terminal.`,
		Example: `lanyard credentials write dev-admin
# for a tool that reads only the default profile
lanyard credentials write dev-admin --as default`,
		Annotations: cmdline.Uses("profile", "region", cmdline.Connection),
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) == 1 && cmdline.IsHelp(args[0]):
				return cmd.Help()
			case len(args) > 1 && cmd.Flags().Changed("as"):
				return command.Usagef("--as can only be used with one profile")
			case cmd.Flags().Changed("as") && as == "":
				return command.Usagef("--as needs a name")
			case len(args) == 0:
				args = []string{""}
			}
			return write(cmd.Context(), app, args, as)
		},
	}
	cmd.Flags().StringVar(&as, "as", "", "the `NAME` of the entry")
	return cmd
}

// A written is an entry with its credentials.
type written struct {
	credfile.Entry
	credentials ssocache.Credentials
}

// write writes the entries of profiles. If an error occurs, it writes no entry. "" means the
// profile in use.
func write(ctx context.Context, app *command.App, profiles []string, as string) error {
	var list []written
	for _, name := range profiles {
		e, err := prepare(ctx, app, name, as)
		if err != nil {
			return err
		}
		list = append(list, e)
	}
	w := workspace.Files(app)
	before, err := credentials.Written(w)
	if err != nil {
		return err
	}
	_, err = w.EditFile(ctx, true, caller, func(path string, content []byte) ([]byte, error) {
		for _, e := range list {
			var err error
			if content, err = credfile.Put(path, content, e.Entry, e.credentials); err != nil {
				return nil, conflict(err)
			}
		}
		return content, nil
	})
	if err != nil {
		return err
	}
	file, isNew := terminal.Printable(w.In.Credentials.Path), false
	for _, e := range list {
		workspace.RecordUse(app, e.Profile)
		isNew = isNew || !slices.ContainsFunc(before, func(old credfile.Entry) bool { return old.Name == e.Name })
		fmt.Fprintf(app.Out, "[%s] in %s has the credentials of %s, %s\n", terminal.Printable(e.Name), file, terminal.Printable(e.Profile), until(e.credentials.Expiration))
	}
	workspace.WarnOfReaders(app, w.In.Credentials.Path)
	if isNew {
		app.Warn(w.In.Credentials.Path+" contains keys in plaintext, which every program of your user can read", "to remove the keys after use, run: lanyard credentials clean")
	}
	return nil
}

// prepare gets the credentials for one entry. It first checks that the entry can be written.
func prepare(ctx context.Context, app *command.App, argument, as string) (written, error) {
	app, from, err := workspace.Choose(ctx, app, argument)
	if err != nil {
		return written{}, err
	}
	w := workspace.Files(app)
	p, err := w.Resolve()
	if err != nil {
		if from != "" {
			err = command.WithHint(err, "%s", strings.TrimSpace(from+" is set to this name\n"+command.HintOf(err)))
		}
		return written{}, err
	}
	name := as
	if name == "" {
		name = credfile.DefaultName(p.Name)
	}
	if err := errors.Join(credentials.CheckChain(app, p.Name), p.CheckRegion()); err != nil {
		return written{}, err
	}
	if err := mayWrite(w, p.Name, name); err != nil {
		return written{}, err
	}
	e, c, err := credentials.ForEntry(ctx, w, p, name, caller)
	return written{e, c}, err
}

// mayWrite returns an error if the entry must not be written. The name may belong to a profile with
// its own credentials, or to a section of another program. Also, the profile must not be an entry
// itself.
func mayWrite(w *workspace.Workspace, profileName, name string) error {
	entries, err := credentials.Written(w)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name == profileName {
			return command.WithHint(command.Usagef("%s is an entry that lanyard has written for profile %s", command.Quote(profileName), command.Quote(e.Profile)),
				"run: lanyard credentials write %s --as %s", command.Quote(e.Profile), command.Quote(e.Name))
		}
	}
	section, err := w.Section(awsconfig.Profile, name)
	if err != nil {
		return err
	}
	for _, key := range profile.CredentialSettings() {
		if s, ok := section.Get(key); ok {
			return command.WithHint(command.Usagef("%s: line %d: profile %s has credentials of its own (%s), which the entry would hide from many tools", section.Path, s.Line, command.Quote(name), key),
				"choose another name: lanyard credentials write %s --as NAME", command.Quote(profileName))
		}
	}
	content, err := datafile.Read(w.In.Credentials.Path, datafile.ConfigLimit)
	if err != nil {
		return nil //nolint:nilerr // the file does not exist, or the edit reports the error
	}
	return conflict(credfile.Check(w.In.Credentials.Path, content, name))
}

// conflict makes a usage error of a *[credfile.ConflictError].
func conflict(err error) error {
	var c *credfile.ConflictError
	switch {
	case !errors.As(err, &c):
		return err
	case c.Changed:
		return command.WithHint(command.Usagef("%v", c), "remove the section in a text editor, or choose another name with --as NAME")
	}
	return command.WithHint(command.Usagef("%v", c), "choose another name with --as NAME")
}
