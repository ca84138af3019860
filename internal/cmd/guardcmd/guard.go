// Package guardcmd has the commands about the rules for roles: they explain the rules, grant a role
// for a time, and move tokens to a store that the AWS CLI cannot read.
package guardcmd

import (
	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
)

// New returns the command guard with its subcommand.
func New(app *command.App) *cobra.Command {
	var o strictOptions
	cmd := &cobra.Command{
		Use:   "guard",
		Short: "Explain the rules for roles",
		Long: `Rules in ~/.config/lanyard/config.yaml, and in the team's file, decide which
roles a command gets: allow, confirm, type-name, deny, downgrade. The first rule
that matches decides. This rule asks before a command gets an administrator of
production:

  guard:
    - account_name: "*-prod"
      role: "*Admin*"
      action: confirm

A rule can have the keys profile, account, account_name, role, command and when.
docs/guard.md describes the keys and actions.

With tokens in files, the AWS CLI and the SDKs can get every role without
lanyard, and the rules do not apply to them. With --strict, lanyard moves the
tokens of the sessions with guarded roles to another store. Profiles of these
sessions then run lanyard, so that the rules apply to every tool. lanyard shows
the change first. Without a terminal, --yes is required.`,
		Example: `lanyard guard check prod-admin
lanyard guard --strict --dry-run
lanyard guard --strict --to agent`,
		Annotations: cmdline.Uses(),
		Args:        cmdline.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !o.strict {
				return o.withoutStrict(cmd)
			}
			return strict(cmd, app, o)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&o.strict, "strict", false, "move the tokens of sessions with guarded roles out of the files")
	f.StringVar(&o.to, "to", keystore.Keychain, "with --strict: move to this `STORE`: keychain, encrypted or agent")
	cmdline.Offer(f, "to", keystore.Keychain, keystore.Encrypted, keystore.Agent)
	f.BoolVar(&o.yes, "yes", false, "with --strict: do not ask for confirmation")
	f.BoolVar(&o.show, "dry-run", false, "with --strict: show the change, and change nothing")
	cmd.AddCommand(newCheck(app))
	return cmd
}
