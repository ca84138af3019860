package ssocmd

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// credentialsOptions are the flags of sso get-credentials.
type credentialsOptions struct{ session, account, role string }

// NewGetCredentials returns the command get-credentials.
func NewGetCredentials(app *command.App) *cobra.Command {
	var o credentialsOptions
	cmd := &cobra.Command{
		Use:   "get-credentials",
		Short: "Print credentials for credential_process",
		Long: `Print the credentials of a profile as JSON, in the form that the AWS CLI and
the SDKs expect from a credential_process. In the AWS config:

  [profile for-other-tools]
  credential_process = lanyard sso get-credentials --profile dev-admin

You can name the role with --sso-session, --account-id and --role-name instead
of a profile. The command asks no questions, and opens a browser only if
auto_login is on.`,
		Example: `lanyard sso get-credentials --profile dev-admin
# without a profile
lanyard sso get-credentials --sso-session corp \
  --account-id 111122223333 --role-name AdministratorAccess`,
		Annotations: cmdline.Uses("profile", cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return getCredentials(cmd.Context(), app, o) },
	}
	f := cmd.Flags()
	cmdline.AddWait(cmd, app)
	f.StringVar(&o.session, "sso-session", "", "use the [sso-session] `NAME` instead of a profile")
	f.StringVar(&o.account, "account-id", "", "the account `ID`, with --sso-session")
	f.StringVar(&o.role, "role-name", "", "the `ROLE`, with --sso-session")
	return cmd
}

// getCredentials prints the credentials of a profile.
func getCredentials(ctx context.Context, app *command.App, o credentialsOptions) error {
	w := workspace.Files(app)
	p, err := credentialProfile(w, o)
	if err != nil {
		return err
	}
	c, err := credentials.Get(ctx, w, p, "sso get-credentials")
	if err != nil {
		return err
	}
	_, err = app.Out.Write(c.ProcessJSON())
	return err
}

// credentialProfile returns the profile that the flags name or describe.
func credentialProfile(w *workspace.Workspace, o credentialsOptions) (*profile.Profile, error) {
	if o.session == "" && o.account == "" && o.role == "" {
		p, err := w.Resolve()
		if err != nil {
			return nil, err
		}
		return p, credentials.CheckChain(w.App, p.Name)
	}
	if o.session == "" || o.account == "" || o.role == "" {
		return nil, command.Usagef("--sso-session, --account-id and --role-name must be given together")
	}
	if len(o.account) != 12 || strings.Trim(o.account, "0123456789") != "" {
		return nil, command.Usagef("--account-id %s: an account id has 12 digits", command.Quote(o.account))
	}
	if w.App.Flags.Profile != "" {
		return nil, command.Usagef("--profile cannot be used with --sso-session")
	}
	return sessionProfile(w, o.session, o.account, o.role)
}

// sessionProfile returns a profile whose settings all come from flags.
func sessionProfile(w *workspace.Workspace, session, account, role string) (*profile.Profile, error) {
	p, err := w.ResolveForLogin()
	if err != nil {
		return nil, err
	}
	s, err := w.SessionNamed(session)
	if err != nil {
		return nil, err
	}
	w.Connect(p)
	return p.ForRole(s, account, role), nil
}
