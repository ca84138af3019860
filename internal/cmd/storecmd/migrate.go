package storecmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/userpath"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A migrateOptions holds the flags of "store migrate".
type migrateOptions struct {
	to, session       string
	identity, command string
	yes, show         bool
}

// newMigrate returns the command store migrate.
func newMigrate(app *command.App) *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "migrate --to STORE",
		Short: "Move tokens and role credentials to another store",
		Long: `Move the tokens and role credentials of all sessions to another store: file,
keychain, encrypted, or agent (the memory of an agent that was started with
--in-memory). With --sso-session or --profile, move the secrets of one session.
lanyard removes the old copy of a secret only after reading and comparing the
new copy. Later sign-ins use the new store.

The AWS CLI and the SDKs cannot read the new store, and ignore
credential_process in a profile with SSO settings. So lanyard replaces the SSO
settings of the profiles with a credential_process. "--to file" restores the SSO
settings, and moves the secrets back. lanyard shows the change of the config
first. Without a terminal, --yes is required.

The encrypted store needs an age or SSH key file (ed25519 or rsa), or a
passphrase. lanyard asks for the passphrase or reads it from the command of
--passphrase-command.`,
		Example: `# show what would change in the config
lanyard store migrate --to keychain --dry-run
lanyard store migrate --to encrypted --age-identity ~/.config/age/key.txt
# back to the AWS CLI's files
lanyard store migrate --to file`,
		Annotations: cmdline.Uses("profile"),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return migrate(app, cmd, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "move to this `STORE`: file, keychain, encrypted or agent")
	cmdline.Offer(f, "to", "file", "keychain", "encrypted", "agent")
	f.StringVar(&o.session, "sso-session", "", "move only the secrets of the [sso-session] `NAME`")
	f.StringVar(&o.identity, "age-identity", "", "for encrypted: the age or SSH key `FILE` that decrypts")
	f.StringVar(&o.command, "passphrase-command", "", "for encrypted: a `COMMAND` that prints the passphrase")
	f.BoolVar(&o.yes, "yes", false, "do not ask for confirmation")
	f.BoolVar(&o.show, "dry-run", false, "show the changes of the config, and change nothing")
	return cmd
}

// check returns an error for invalid flags.
func (o migrateOptions) check(app *command.App) error {
	switch {
	case o.to == "":
		return command.WithHint(command.Usagef("the following arguments are required: --to"), "for example: %s store migrate --to keychain", app.Name)
	case !slices.Contains([]string{keystore.File, keystore.Keychain, keystore.Encrypted, keystore.Agent}, o.to):
		return command.Usagef("argument --to: Found invalid choice '%s': choose file, keychain, encrypted or agent", o.to)
	case o.session != "" && app.Flags.Profile != "":
		return command.Usagef("--sso-session cannot be used with --profile")
	case o.to != keystore.Encrypted && (o.identity != "" || o.command != ""):
		return command.Usagef("--age-identity and --passphrase-command can only be used with --to encrypted")
	}
	return nil
}

// migrate plans the move, shows the plan and carries it out.
func migrate(app *command.App, cmd *cobra.Command, o migrateOptions) error {
	ctx := cmd.Context()
	if err := o.check(app); err != nil {
		return err
	}
	w, p, err := workspace.ForSessions(app)
	if err != nil {
		return err
	}
	plan, err := planMigration(w, p, o)
	if err != nil {
		return err
	}
	if len(plan.sessions) == 0 {
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "no session is configured in " + w.In.Config.Path}, "%s", app.SetUpHint())
	}
	if err := cmdline.NeedsYes(app, cmd, o.yes || o.show); err != nil {
		return err
	}
	preview, err := plan.preview(w)
	if err != nil {
		return err
	}
	if !o.show {
		if err := plan.probe(ctx, w, o, preview); err != nil {
			return err
		}
	}
	if err := plan.show(ctx, w, o, preview); err != nil || o.show {
		return err
	}
	if o.to == keystore.Encrypted {
		if err := setUpKeys(w, o); err != nil {
			return err
		}
	}
	return plan.run(ctx, w, o)
}

// preview returns the change of the config. It returns nil if the config does not change.
func (plan migration) preview(w *workspace.Workspace) (*workspace.Preview, error) {
	if len(plan.changes) == 0 {
		return nil, nil
	}
	return w.Preview(plan.changes)
}

// probe returns an error if the config cannot be changed, the new store does not work, or a token
// cannot be read. probe changes nothing.
func (plan migration) probe(ctx context.Context, w *workspace.Workspace, o migrateOptions, preview *workspace.Preview) error {
	if preview != nil {
		if err := preview.Probe(ctx); err != nil {
			return err
		}
	}
	if err := probeStore(w, o); err != nil {
		return err
	}
	for _, s := range plan.sessions {
		if _, err := w.Broker.Cache.LoadToken(s.Key()); keystore.Unknown(err) {
			return err
		}
	}
	return nil
}

// probeStore returns an error if the new store does not work. If the encrypted store has no key
// yet, setUpKeys tries the store later.
func probeStore(w *workspace.Workspace, o migrateOptions) error {
	if o.to == keystore.Encrypted {
		keys, fresh, err := chooseKeys(w, o)
		if err != nil || fresh || keys.Recipient == "" {
			return err
		}
	}
	return w.Broker.Cache.Try(o.to)
}

// chooseKeys returns the keys of the encrypted store. The flags can name the keys; otherwise they
// are the existing keys. mustSave reports whether the keys must be saved. The zero Keys mean that
// the store needs a new passphrase.
func chooseKeys(w *workspace.Workspace, o migrateOptions) (keys keystore.Keys, mustSave bool, err error) {
	have, err := keystore.LoadKeys(w.Broker.Cache.Home)
	if err != nil && !errors.Is(err, keystore.ErrNoKeys) {
		return keys, false, err
	}
	if o.identity == "" {
		return have, false, nil
	}
	exists := err == nil
	if keys, err = keystore.KeysFor(userpath.Expand(o.identity, w.App.Env.Lookup)); err != nil {
		return keys, false, command.WithHint(err, "create a key: age-keygen -o FILE, or ssh-keygen -t ed25519")
	}
	keys.Command = o.command
	if exists && keys.Recipient != have.Recipient {
		return keys, false, command.WithHint(errors.New("the encrypted store already has another key"), "move the secrets back first: lanyard store migrate --to file")
	}
	return keys, true, nil
}

// setUpKeys sets up the keys of the encrypted store if needed, and tries the store. If there are
// no keys, it asks for a new passphrase.
func setUpKeys(w *workspace.Workspace, o migrateOptions) error {
	cache := w.Broker.Cache
	keys, fresh, err := chooseKeys(w, o)
	switch {
	case err != nil:
		return err
	case !fresh && keys.Recipient != "":
		return nil
	case !fresh:
		pass, err := w.Stores.NewPassphrase(o.command)
		if err != nil {
			return err
		}
		if keys, err = keystore.NewPassphraseKeys(cache, pass, o.command); err != nil {
			return err
		}
	}
	if err := keys.Save(cache); err != nil {
		return err
	}
	return cache.Try(o.to)
}

// show prints which secrets move and what changes in the config, and asks for a confirmation.
func (plan migration) show(ctx context.Context, w *workspace.Workspace, o migrateOptions, preview *workspace.Preview) error {
	var names []string
	for _, s := range plan.sessions {
		names = append(names, s.Key())
	}
	files := "the config does not change"
	if preview != nil {
		files = preview.Files()
	}
	fmt.Fprintf(w.App.IO.Err, "%s: the tokens and role credentials of %s move to the %s store; %s\n",
		w.App.Name, terminal.Printable(strings.Join(names, ", ")), o.to, files)
	if preview != nil {
		if err := preview.Print(); err != nil {
			return err
		}
	}
	return w.App.Confirm(ctx, o.show || o.yes, "Do this? [Y/n] ", true)
}

// run carries out the plan. A profile with a credential_process works with every store. So the
// config changes before the secrets leave the files, or after they are back in the files.
func (plan migration) run(ctx context.Context, w *workspace.Workspace, o migrateOptions) error {
	rewrite := func() error {
		if len(plan.changes) == 0 {
			return nil
		}
		_, err := w.Edit(ctx, false, "store migrate --to "+o.to, plan.changes...)
		return err
	}
	if o.to != keystore.File {
		if err := rewrite(); err != nil {
			return err
		}
		if err := plan.adopt(ctx, w); err != nil {
			return err
		}
	}
	var failures []error
	for _, s := range plan.sessions {
		n, err := w.Broker.Move(ctx, s, w.MoveKeys(s), o.to, w.MoveFiles(s))
		if err != nil {
			failures = append(failures, err)
			continue
		}
		fmt.Fprintf(w.App.Out, "%s: %s store, %d %s moved\n", terminal.Printable(s.Key()), o.to, n, output.Plural(n, "secret"))
	}
	if err := errors.Join(failures...); err != nil {
		return command.WithHint(err, "run the same command again; the secrets that were not moved are still in their old store")
	}
	if o.to == keystore.File {
		return rewrite()
	}
	return nil
}

// adopt reads the changed config. It moves the tokens of upgraded start URLs to the new sessions.
func (plan *migration) adopt(ctx context.Context, w *workspace.Workspace) error {
	if len(plan.upgrades) == 0 {
		return nil
	}
	w.Reread()
	for _, u := range plan.upgrades {
		if err := w.Broker.Adopt(ctx, u.Session, u.Spellings); err != nil {
			return err
		}
		for _, url := range u.Spellings {
			if err := w.Broker.Cache.RemoveRegistration(ssocache.RegistrationName(url, u.Session.Region, "", nil)); err != nil {
				return err
			}
		}
	}
	return nil
}
