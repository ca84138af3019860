package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// credentials yields the keys of a profile through the broker.
func credentials(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string) (ssocache.Credentials, error) {
	return credentialsBut(ctx, w, p, caller, secret.String{})
}

// credentialsBut yields keys other than those with the session token rejected.
func credentialsBut(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string, rejected secret.String) (ssocache.Credentials, error) {
	if p.Kind != profile.SSO {
		return ssocache.Credentials{}, notSSO(w, p)
	}
	answer, err := get(ctx, w, p, broker.Request{
		Session: p.Session, AccountID: p.AccountID, RoleName: p.RoleName,
		Purpose: broker.RoleCredentials, Caller: caller, Rejected: rejected,
	})
	return answer.Credentials, err
}

// notSSO returns the error for a profile whose credentials are not of Identity Center.
func notSSO(w *workspace.Workspace, p *profile.Profile) error {
	if p.Kind == profile.None {
		return command.WithHint(&command.ConfigError{Code: "NoCredentials", Msg: `Unable to locate credentials. You can configure credentials by running "aws login".`},
			"%s", missingKeys(w, p))
	}
	return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("%s: the profile %q is %s, which lanyard cannot use yet", p.KindFrom, p.Name, p.Kind)},
		"name a profile that has sso_account_id and sso_role_name\n"+
			"or install the AWS CLI version 2, to which lanyard hands such a profile: https://docs.aws.amazon.com/cli/")
}

// explain adds the command that helps to an error of the broker.
func explain(w *workspace.Workspace, p *profile.Profile, err error) error {
	var session *broker.SessionError
	var storage *broker.StorageError
	var login *broker.LoginError
	var origin *broker.OriginError
	connection := w.ConnectionHint(err)
	switch {
	case connection != "":
		return command.WithHint(err, "%s", connection)
	case errors.As(err, &origin):
		return explainOrigin(w, err)
	case errors.As(err, &session) && w.MemoryIsGone(session.Session):
		return command.WithHint(err, "its tokens were in the memory of an agent that does not run any more\nrun: %s\nthen: %s", workspace.MemoryCommand, loginCommand(w.App, p))
	case errors.As(err, &session):
		return command.WithHint(err, "run: %s", loginCommand(w.App, p))
	case errors.As(err, &login):
		return explainUnasked(w, p, login)
	case errors.As(err, &storage):
		return command.WithHint(err, "%s", storageHint(storage))
	case isForbidden(err):
		return command.WithHint(err, "%s", roleHint(w.App, p.Name, p.AccountID, p.RoleName, sessionFlag(w.App, p)))
	}
	return err
}

// isForbidden reports whether the portal refused a role. The error may be that of
// another process.
func isForbidden(err error) bool {
	return err != nil && strings.Contains(err.Error(), "(ForbiddenException) when calling the GetRoleCredentials operation")
}

// roleHint names the role that the portal refused, and the command that lists those
// that it grants. The name of the profile may be empty.
func roleHint(app *command.App, name, account, role, flag string) string {
	who := ""
	if name != "" {
		who = "profile " + name + ": "
	}
	return fmt.Sprintf("%syou have no access to role %s in account %s\nto see the roles that you have there, run: %s sso list-account-roles --account-id %s%s",
		who, role, account, app.Name, command.Quote(account), flag)
}

// sessionFlag returns the flag that names the session of a profile, after a space.
func sessionFlag(app *command.App, p *profile.Profile) string {
	switch {
	case p.Session.Name != "":
		return " --sso-session " + command.Quote(p.Session.Name)
	case p.Exists:
		return " " + profileFlag(p.Name)
	}
	return ""
}

func storageHint(e *broker.StorageError) string {
	if errors.Is(e, keystore.ErrForeignHome) {
		return "run it as the user whose home it is, or with a HOME of your own"
	}
	return "make " + e.Folder + " writable, or free some space there"
}

// loginCommand is the command line that signs in to the profile's session.
func loginCommand(app *command.App, p *profile.Profile) string {
	cmd := app.Name + " sso login"
	switch {
	case p.Exists:
		return cmd + " --profile " + command.Quote(p.Name)
	case p.Session.Name != "":
		return cmd + " --sso-session " + command.Quote(p.Session.Name)
	}
	return cmd
}

// chainVariable guards against profiles whose credential_process leads back to
// themselves: the AWS CLI hands it to its children.
const chainVariable = "_AWS_CLI_PROFILE_CHAIN"

// checkChain refuses a profile that the chain of callers has seen already.
func checkChain(app *command.App, name string) error {
	var chain []string
	for _, n := range strings.Split(app.Env.Get(chainVariable), ",") {
		if n = strings.TrimSpace(n); n != "" {
			chain = append(chain, n)
		}
	}
	for _, n := range chain {
		if n == name {
			return &command.ConfigError{Code: "Configuration", Msg: "Credential process resolution detected an infinite loop, profile cycle: " +
				strings.Join(append(chain, name), " -> ")}
		}
	}
	if len(chain) >= 4 {
		return &command.ConfigError{Code: "Configuration", Msg: "Maximum recursive credential process resolution reached (4).\nProfiles seen: " + strings.Join(chain, " -> ")}
	}
	return nil
}

type getCredentialsOptions struct{ session, account, role string }

func newGetCredentials(app *command.App) *cobra.Command {
	var o getCredentialsOptions
	cmd := &cobra.Command{
		Use:   "get-credentials",
		Short: "Print a profile's credentials for credential_process",
		Long: `Print the role credentials of a profile as one JSON document, as the AWS CLI
and SDKs expect it from a credential_process:

  [profile for-other-tools]
  credential_process = lanyard sso get-credentials --profile dev-admin

The role can also be named by --sso-session, --account-id and --role-name, for
which no profile is needed. Nothing is asked and no browser is opened, unless
auto_login allows it.`,
		Annotations: command.Uses("profile", command.Connection),
		Args:        command.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return getCredentials(cmd.Context(), app, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.session, "sso-session", "", "the [sso-session] to use in place of a profile's")
	f.StringVar(&o.account, "account-id", "", "the account, with --sso-session")
	f.StringVar(&o.role, "role-name", "", "the role, with --sso-session")
	return cmd
}

func getCredentials(ctx context.Context, app *command.App, o getCredentialsOptions) error {
	w := workspace.Files(app)
	p, err := credentialProfile(w, o)
	if err != nil {
		return err
	}
	switch p.Kind {
	case profile.SSO:
	case profile.None:
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("the profile %q is not configured for SSO", p.Name)}, "%s", missingKeys(w, p))
	default:
		return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("%s: the profile %q is %s, and sso get-credentials needs an SSO profile", p.KindFrom, p.Name, p.Kind)},
			"name a profile that has sso_account_id and sso_role_name\nfor this one: %s configure export-credentials --profile %s", w.App.Name, command.Quote(p.Name))
	}
	c, err := credentials(ctx, w, p, "sso get-credentials")
	if err != nil {
		return err
	}
	_, err = app.Out.Write(c.ProcessJSON())
	return err
}

// credentialProfile is the profile that the flags name or describe.
func credentialProfile(w *workspace.Workspace, o getCredentialsOptions) (*profile.Profile, error) {
	if o.session == "" && o.account == "" && o.role == "" {
		p, err := w.Resolve()
		if err != nil {
			return nil, err
		}
		return p, checkChain(w.App, p.Name)
	}
	if o.session == "" || o.account == "" || o.role == "" {
		return nil, command.Usagef("--sso-session, --account-id and --role-name go together")
	}
	if len(o.account) != 12 || strings.Trim(o.account, "0123456789") != "" {
		return nil, command.Usagef("--account-id %s: an account id has 12 digits", command.Quote(o.account))
	}
	if w.App.Flags.Profile != "" {
		return nil, command.Usagef("--profile does not go with --sso-session")
	}
	return sessionProfile(w, o.session, o.account, o.role)
}

// sessionProfile is a profile made of flags alone.
func sessionProfile(w *workspace.Workspace, session, account, role string) (*profile.Profile, error) {
	p, err := w.ResolveForLogin()
	if err != nil {
		return nil, err
	}
	s, warnings, err := profile.SessionNamed(w.In, session)
	w.Warn(warnings)
	if err != nil {
		return nil, err
	}
	w.Connect(p)
	made := *p
	made.Name, made.Exists, made.Kind = "", false, profile.SSO
	made.Session, made.AccountID, made.RoleName = *s, account, role
	return &made, nil
}
