package signin

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// explainLogin adds a hint to an error of a sign-in.
func explainLogin(w *workspace.Workspace, s profile.Session, err error) error {
	var service *idcenter.ServiceError
	var connect *idcenter.ConnectError
	var storage *broker.StorageError
	var origin *broker.OriginError
	var mixed *broker.EndpointsError
	connection := w.ConnectionHint(err)
	switch {
	case connection != "":
		return command.WithHint(err, "%s", connection)
	case errors.As(err, &origin), errors.As(err, &mixed):
		return ExplainOrigin(w, err)
	case errors.As(err, &storage):
		return command.WithHint(err, "%s", StorageHint(storage))
	case errors.Is(err, idcenter.ErrExpired):
		return command.WithHint(err, "run: %s", loginAgain(w, s))
	case errors.As(err, &connect):
		return command.WithHint(err, "%s", connectHint(w, s, connect))
	}
	if errors.As(err, &service) && concernsKMS(service) {
		return command.WithHint(err, "IAM Identity Center cannot use the KMS key of the organization; ask your administrator to check the key")
	}
	if hint := refusalHint(w, s, idcenter.Kind(err)); hint != "" {
		return command.WithHint(err, "%s", hint)
	}
	return err
}

// refusalHint returns the hint for a sign-in that the service refused. kind is the OAuth
// error code.
func refusalHint(w *workspace.Workspace, s profile.Session, kind string) string {
	again := loginAgain(w, s)
	switch kind {
	case "":
		return ""
	case "invalid_scope":
		scopes := cmp.Or(strings.Join(s.Scopes, ","), profile.AccessScope)
		if s.Name == "" || s.Scopes == nil {
			return "the service of region " + s.Region + " does not accept the scope " + scopes + " for " + s.StartURL + ": check sso_region and sso_start_url in " + w.In.Config.Path
		}
		return "the service does not accept sso_registration_scopes = " + scopes + " of [sso-session " + s.Name + "]\n" +
			"run: " + w.App.Name + " configure set sso_registration_scopes " + profile.AccessScope + " --sso-session " + command.Quote(s.Name)
	case "unauthorized_client", "unsupported_grant_type", "invalid_client_metadata", "invalid_redirect_uri":
		return "the service does not allow this kind of sign-in\nrun: " + again + " --use-device-code\n" +
			"if you used --use-device-code, run the command without this flag"
	case "access_denied":
		return "the sign-in was refused in the browser, or your user is not allowed to use this application\n" +
			"to try again, run: " + again
	case "invalid_request", "invalid_grant":
		return "the service of region " + s.Region + " does not know the start URL " + s.StartURL +
			": check sso_region and sso_start_url in " + w.In.Config.Path
	case "slow_down":
		return "the service receives too many requests; wait a minute, then run: " + again
	case "expired_token":
		return "run: " + again
	}
	return "to try again, run: " + again
}

// concernsKMS reports whether the service failed to use a KMS key of the organization.
func concernsKMS(e *idcenter.ServiceError) bool {
	for _, d := range e.Details {
		if d[0] == "reason" && strings.HasPrefix(d[1], "KMS_") {
			return true
		}
	}
	return false
}

// connectHint returns the hint for a service that cannot be reached. Some networks allow
// only the IPv4 endpoint.
func connectHint(w *workspace.Workspace, s profile.Session, e *idcenter.ConnectError) string {
	hint := "check the network, the proxy settings, and sso_region = " + s.Region + " in " + w.In.Config.Path
	own, _ := idcenter.OwnEndpoints(s.Region) // the first endpoint is the IPv4 endpoint
	u, err := url.Parse(e.URL)
	if err != nil || len(own) == 0 || !idcenter.DualStackPortal(s.StartURL) || !slices.Contains(own[1:], u.Scheme+"://"+u.Host) {
		return hint
	}
	return hint + "\n" + u.Host + " is the sign-in service of dual-stack portals; if the network allows only the IPv4 service, set AWS_ENDPOINT_URL_SSO_OIDC=" + own[0]
}

// explainUnasked adds a hint to an error of a sign-in by auto_login, in this process or in
// another process.
func explainUnasked(w *workspace.Workspace, p *profile.Profile, err *broker.LoginError) error {
	var shared *broker.SharedError
	var late *broker.LoginWaitError
	if errors.As(err, &shared) || errors.As(err, &late) {
		return command.WithHint(err, "to try again, run: %s", LoginCommand(w.App, p))
	}
	return explainLogin(w, err.Session, err)
}

// LoginFor returns the command line that signs in to the [sso-session] named session. If
// session is "", the command line names the profile. If profile is "" too, the command line
// names neither.
func LoginFor(app *command.App, session, profile string) string {
	line := app.Name + " sso login"
	switch {
	case session != "":
		return line + " --sso-session " + command.Quote(session)
	case profile != "":
		return line + " " + ProfileFlag(profile)
	}
	return line
}

// SessionLogin returns the command line that signs in to a session.
func SessionLogin(app *command.App, s profile.Session) string { return LoginFor(app, s.Name, "") }

// LoginCommand returns the command line that signs in to the session of a profile.
func LoginCommand(app *command.App, p *profile.Profile) string {
	if p.Exists {
		return LoginFor(app, "", p.Name)
	}
	return SessionLogin(app, p.Session)
}

// loginTo returns the command line that signs in to a session of the config.
func loginTo(app *command.App, s profile.Session, uses []profile.SessionUse) string {
	if use := workspace.UseOf(uses, s); s.Name == "" && len(use.Profiles) > 0 {
		return LoginFor(app, "", use.Profiles[0])
	}
	return SessionLogin(app, s)
}

// loginAgain returns the command line that repeats a login.
func loginAgain(w *workspace.Workspace, s profile.Session) string {
	uses, _ := w.QuietSessions() // after an error, the line names no profile
	return loginTo(w.App, s, uses)
}

// ExplainOrigin adds a hint to a [broker.OriginError] or a [broker.EndpointsError].
func ExplainOrigin(w *workspace.Workspace, err error) error {
	var origin *broker.OriginError
	var mixed *broker.EndpointsError
	switch {
	case errors.As(err, &mixed) && mixed.Missing == "":
		return command.WithHint(err, "remove %s", mixed.From)
	case errors.As(err, &mixed):
		return command.WithHint(err, "set %s too, or remove %s", mixed.Missing, mixed.From)
	case errors.As(err, &origin):
		return command.WithHint(err, "%s", originHint(w, origin))
	}
	return err
}

// originHint returns a hint of two lines. The first line says how to use the service that
// issued the session. The second line says how to sign in at the configured service.
func originHint(w *workspace.Workspace, e *broker.OriginError) string {
	var back string
	switch {
	case e.Origin != ssocache.AWS:
		back = "to use that session, set AWS_ENDPOINT_URL_SSO and AWS_ENDPOINT_URL_SSO_OIDC to " + e.Origin + " (an emulator sets both)"
	case e.Env:
		back = "unset " + e.From
	default:
		back = "remove " + e.From
	}
	return back + "\nto sign in at " + e.Endpoint + " instead, run: " + SessionLogin(w.App, e.Session) + " --force"
}

// NoCredentials returns the AWS CLI's error for a profile without credentials.
func NoCredentials(w *workspace.Workspace, p *profile.Profile) error {
	return command.WithHint(&command.ConfigError{Code: "NoCredentials", Msg: `Unable to locate credentials. You can configure credentials by running "aws login".`},
		"%s", MissingKeys(w, p))
}

// Explain adds a hint to an error of the broker.
func Explain(w *workspace.Workspace, p *profile.Profile, err error) error {
	var session *broker.SessionError
	var storage *broker.StorageError
	var login *broker.LoginError
	var origin *broker.OriginError
	connection := w.ConnectionHint(err)
	switch {
	case connection != "":
		return command.WithHint(err, "%s", connection)
	case errors.As(err, &origin):
		return ExplainOrigin(w, err)
	case errors.As(err, &session) && w.MemoryIsGone(session.Session):
		return command.WithHint(err, "the tokens were in the memory of an agent that has ended\nrun: %s\nthen: %s", workspace.MemoryCommand, LoginCommand(w.App, p))
	case errors.As(err, &session):
		return command.WithHint(err, "run: %s", LoginCommand(w.App, p))
	case errors.As(err, &login):
		return explainUnasked(w, p, login)
	case errors.As(err, &storage):
		return command.WithHint(err, "%s", StorageHint(storage))
	case IsForbidden(err):
		return command.WithHint(err, "%s", RoleHint(w.App, p.Name, p.AccountID, p.RoleName, SessionFlag(w.App, p)))
	}
	return err
}

// IsForbidden reports whether the access portal refused a role. The error can come from
// another process, so IsForbidden looks only at its text.
func IsForbidden(err error) bool {
	return err != nil && strings.Contains(err.Error(), "(ForbiddenException) when calling the GetRoleCredentials operation")
}

// RoleHint returns a hint that names the refused role, and the command that lists the allowed
// roles. The name of the profile may be empty.
func RoleHint(app *command.App, name, account, role, flag string) string {
	who := ""
	if name != "" {
		who = "profile " + name + ": "
	}
	return fmt.Sprintf("%syou have no access to role %s in account %s\nto list your roles in this account, run: %s sso list-account-roles --account-id %s%s",
		who, role, account, app.Name, command.Quote(account), flag)
}

// SessionFlag returns a space and the flag that names the session of a profile. It returns ""
// if neither the session nor the profile has a name.
func SessionFlag(app *command.App, p *profile.Profile) string {
	switch {
	case p.Session.Name != "":
		return " --sso-session " + command.Quote(p.Session.Name)
	case p.Exists:
		return " " + ProfileFlag(p.Name)
	}
	return ""
}

// StorageHint returns the hint for a folder in which lanyard cannot store tokens.
func StorageHint(e *broker.StorageError) string {
	if errors.Is(e, keystore.ErrForeignHome) {
		return "run the command as the owner of that home folder, or set HOME to your own folder"
	}
	return "make " + e.Folder + " writable, or free some disk space"
}

// ProfileFlag returns the flag that names a profile, quoted for a shell.
func ProfileFlag(name string) string {
	if strings.HasPrefix(name, "-") {
		return "--profile=" + command.Quote(name)
	}
	return "--profile " + command.Quote(name)
}

// MissingKeys returns the hint for a profile without credentials. The hint says to name
// another profile, to add the missing SSO settings, or to set up a profile.
func MissingKeys(w *workspace.Workspace, p *profile.Profile) string {
	names, _, _ := profile.Names(w.In) // after an error, the other hints apply
	names = slices.DeleteFunc(names, func(name string) bool { return name == p.Name })
	other := ""
	if len(names) > 0 && !p.Explicit && !p.FromEnv {
		other = "name a profile with --profile: " + output.Summary(names) + "\n"
	}
	if !p.Exists {
		for _, doc := range []*awsconfig.Doc{w.In.Config, w.In.Credentials} {
			if doc.Unreadable() != nil {
				return "the profile may be in " + doc.Path + ", which cannot be read"
			}
		}
		return other + w.App.SetUpHint()
	}
	var missing []string
	if _, ok := p.Get("sso_session"); !ok {
		var lacking []string
		for _, key := range []string{"sso_start_url", "sso_region"} {
			if _, ok := p.Get(key); !ok {
				lacking = append(lacking, key)
			}
		}
		switch len(lacking) {
		case 2:
			missing = []string{"sso_session (or sso_start_url and sso_region)"}
		case 1:
			missing = lacking
		}
	}
	for _, key := range []string{"sso_account_id", "sso_role_name"} {
		if _, ok := p.Get(key); !ok {
			missing = append(missing, key)
		}
	}
	header := "[profile " + p.Name + "]"
	if p.Name == "default" {
		header = "[default]"
	}
	return other + "add " + strings.Join(missing, ", ") + " to " + header + " in " + w.In.Config.Path +
		"\nor run the wizard: " + w.App.Name + " configure sso " + ProfileFlag(p.Name)
}
