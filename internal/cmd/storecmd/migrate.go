package storecmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

type migrateOptions struct {
	to, session       string
	identity, command string
	yes, show         bool
}

func newStoreMigrate(app *command.App) *cobra.Command {
	var o migrateOptions
	cmd := &cobra.Command{
		Use:   "migrate --to STORE",
		Short: "Move tokens and role credentials to another store",
		Long: `Move the tokens and role credentials of all sessions, or of one with --sso-session
or --profile, to the store file, keychain, encrypted or agent (the memory of an
agent that was started with --in-memory). Each is written, read back and compared
before the old one is removed; later sign-ins go to the new store.

The SSO settings of the profiles are replaced with a credential_process, because
the AWS CLI and the SDKs run none while SSO settings are present, and cannot read
the tokens themselves any more; "--to file" turns them back. The change of the
config is shown first, and "configure undo" takes it back. Without a terminal to
confirm on, --yes is required.

The encrypted store takes a key file of age or SSH (ed25519, rsa), or else a
passphrase, which is asked for or printed by a command.`,
		Annotations: command.Uses("profile"),
		Args:        command.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return storeMigrate(app, cmd, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "the store: file, keychain, encrypted or agent")
	f.StringVar(&o.session, "sso-session", "", "move the secrets of this [sso-session] only")
	f.StringVar(&o.identity, "age-identity", "", "for encrypted: the age or SSH key file that decrypts")
	f.StringVar(&o.command, "passphrase-command", "", "for encrypted: a command that prints the passphrase, of a key or in place of one")
	f.BoolVar(&o.yes, "yes", false, "do not ask")
	f.BoolVar(&o.show, "dry-run", false, "show what would change in the config, and change nothing")
	return cmd
}

func (o migrateOptions) check(app *command.App) error {
	switch {
	case o.to == "":
		return command.Usagef("the following arguments are required: --to")
	case !slices.Contains([]string{keystore.File, keystore.Keychain, keystore.Encrypted, keystore.Agent}, o.to):
		return command.Usagef("argument --to: Found invalid choice %q: choose file, keychain or encrypted, or agent", o.to)
	case o.session != "" && app.Flags.Profile != "":
		return command.Usagef("--sso-session does not go with --profile")
	case o.to != keystore.Encrypted && (o.identity != "" || o.command != ""):
		return command.Usagef("--age-identity and --passphrase-command go with --to encrypted")
	}
	return nil
}

func storeMigrate(app *command.App, cmd *cobra.Command, o migrateOptions) error {
	ctx := cmd.Context()
	if err := o.check(app); err != nil {
		return err
	}
	w, p, err := workspace.Connected(app)
	if err != nil {
		return err
	}
	plan, err := planMigration(w, p, o)
	if err != nil {
		return err
	}
	if len(plan.sessions) == 0 {
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: "no SSO session is configured in " + w.In.Config.Path}, "%s", app.SetUpHint())
	}
	if o.to == keystore.Agent && !o.show {
		if err := w.Broker.Cache.Try(o.to); err != nil {
			return err // before anything is shown and asked
		}
	}
	if err := app.NeedsYes(cmd, o.yes || o.show); err != nil {
		return err
	}
	if err := plan.show(ctx, w, o); err != nil || o.show {
		return err
	}
	if o.to == keystore.Encrypted {
		if err := setUpKeys(w, o); err != nil {
			return err
		}
	}
	if err := w.Broker.Cache.Try(o.to); err != nil {
		return err
	}
	return plan.run(ctx, w, o)
}

// show prints what changes in the config, and asks.
func (plan migration) show(ctx context.Context, w *workspace.Workspace, o migrateOptions) error {
	var names []string
	for _, s := range plan.sessions {
		names = append(names, s.Key())
	}
	fmt.Fprintf(w.App.IO.Err, "%s: to the %s store: the tokens and role credentials of %s\n", w.App.Name, o.to, terminal.Printable(strings.Join(names, ", ")))
	if len(plan.changes) > 0 {
		if err := w.Preview(plan.changes); err != nil {
			return err
		}
	}
	return w.App.Confirm(ctx, o.show || o.yes, "Do this? [Y/n] ", true)
}

// run does it. Profiles that run us work with either store, so the config is
// changed before the secrets leave the files and after they are back.
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
		return command.WithHint(err, "nothing is lost: what was not moved is where it was; run the same command again")
	}
	if o.to == keystore.File {
		return rewrite()
	}
	return nil
}
