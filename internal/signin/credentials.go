// Package signin is how a user gets a session and its credentials: signing in, asked or
// unasked, here or on a remote machine, and what to type when something is missing.
// Commands call [Login], [Get] and [Credentials].
package signin

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Credentials yields the keys of a profile through the broker.
func Credentials(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string) (ssocache.Credentials, error) {
	return credentialsBut(ctx, w, p, caller, secret.String{})
}

// credentialsBut yields keys other than those with the session token rejected.
func credentialsBut(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string, rejected secret.String) (ssocache.Credentials, error) {
	if p.Kind != profile.SSO {
		return ssocache.Credentials{}, NotSSO(w, p)
	}
	answer, err := Get(ctx, w, p, broker.Request{
		Session: p.Session, AccountID: p.AccountID, RoleName: p.RoleName,
		Purpose: broker.RoleCredentials, Caller: caller, Rejected: rejected,
	})
	return answer.Credentials, err
}

// NotSSO returns the error for a profile whose credentials are not of Identity Center.
func NotSSO(w *workspace.Workspace, p *profile.Profile) error {
	if p.Kind == profile.None {
		return command.WithHint(&command.ConfigError{Code: "NoCredentials", Msg: `Unable to locate credentials. You can configure credentials by running "aws login".`},
			"%s", MissingKeys(w, p))
	}
	return command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf("%s: the profile %q is %s, which lanyard cannot use yet", p.KindFrom, p.Name, p.Kind)},
		"name a profile that has sso_account_id and sso_role_name\n"+
			"or install the AWS CLI version 2, to which lanyard hands such a profile: https://docs.aws.amazon.com/cli/")
}

// Explain adds the command that helps to an error of the broker.
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
		return command.WithHint(err, "its tokens were in the memory of an agent that does not run any more\nrun: %s\nthen: %s", workspace.MemoryCommand, LoginCommand(w.App, p))
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

// IsForbidden reports whether the portal refused a role. The error may be that of
// another process.
func IsForbidden(err error) bool {
	return err != nil && strings.Contains(err.Error(), "(ForbiddenException) when calling the GetRoleCredentials operation")
}

// RoleHint names the role that the portal refused, and the command that lists those
// that it grants. The name of the profile may be empty.
func RoleHint(app *command.App, name, account, role, flag string) string {
	who := ""
	if name != "" {
		who = "profile " + name + ": "
	}
	return fmt.Sprintf("%syou have no access to role %s in account %s\nto see the roles that you have there, run: %s sso list-account-roles --account-id %s%s",
		who, role, account, app.Name, command.Quote(account), flag)
}

// SessionFlag returns the flag that names the session of a profile, after a space.
func SessionFlag(app *command.App, p *profile.Profile) string {
	switch {
	case p.Session.Name != "":
		return " --sso-session " + command.Quote(p.Session.Name)
	case p.Exists:
		return " " + ProfileFlag(p.Name)
	}
	return ""
}

// StorageHint says what to do about a folder in which nothing can be stored.
func StorageHint(e *broker.StorageError) string {
	if errors.Is(e, keystore.ErrForeignHome) {
		return "run it as the user whose home it is, or with a HOME of your own"
	}
	return "make " + e.Folder + " writable, or free some space there"
}

// LoginCommand is the command line that signs in to the profile's session.
func LoginCommand(app *command.App, p *profile.Profile) string {
	cmd := app.Name + " sso login"
	switch {
	case p.Exists:
		return cmd + " --profile " + command.Quote(p.Name)
	case p.Session.Name != "":
		return cmd + " --sso-session " + command.Quote(p.Session.Name)
	}
	return cmd
}

// ChainVariable guards against profiles whose credential_process leads back to
// themselves: the AWS CLI hands it to its children.
const ChainVariable = "_AWS_CLI_PROFILE_CHAIN"

// CheckChain refuses a profile that the chain of callers has seen already.
func CheckChain(app *command.App, name string) error {
	var chain []string
	for _, n := range strings.Split(app.Env.Get(ChainVariable), ",") {
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

// CallerCredentials are the keys of the environment or else the profile's.
func CallerCredentials(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string) (ssocache.Credentials, error) {
	if c, ok, err := workspace.EnvironmentKeys(w.App); ok || err != nil {
		return c, err
	}
	if p.Kind == profile.Static {
		c, _, err := workspace.StaticKeys(p)
		return c, err
	}
	return Credentials(ctx, w, p, caller)
}

func signingKeys(c ssocache.Credentials) call.Credentials {
	return call.Credentials{AccessKeyID: c.AccessKeyID, SecretAccessKey: c.SecretAccessKey, SessionToken: c.SessionToken}
}

// Authorize gives the client the keys of the environment or else the profile's. Role
// credentials that a service calls expired are fetched anew.
func Authorize(ctx context.Context, w *workspace.Workspace, p *profile.Profile, client *call.Client, caller string) error {
	if w.App.Flags.NoSignRequest {
		return nil
	}
	c, err := CallerCredentials(ctx, w, p, caller)
	if err != nil {
		return err
	}
	client.Credentials = signingKeys(c)
	if _, env, _ := workspace.EnvironmentKeys(w.App); !env && p.Kind == profile.SSO {
		client.Renew = func(ctx context.Context, expired call.Credentials) (call.Credentials, error) {
			c, err := credentialsBut(ctx, w, p, caller, expired.SessionToken)
			return signingKeys(c), err
		}
	}
	return nil
}

// Usable reports whether there are credentials that this program can get at.
func Usable(app *command.App, p *profile.Profile) bool {
	return p.EnvKeys || app.Flags.NoSignRequest || p.Kind == profile.SSO || p.Kind == profile.Static || p.Kind == profile.None
}

// ProfileFlag is the flag that names a profile, for pasting.
func ProfileFlag(name string) string {
	if strings.HasPrefix(name, "-") {
		return "--profile=" + command.Quote(name)
	}
	return "--profile " + command.Quote(name)
}

// callBudget is what a sign-in has left for the service once the person is done.
const callBudget = 25 * time.Second

// said is where a sign-in is talked about: stdout, unless that belongs to the answer
// of another command.
func said(w *workspace.Workspace, o Options) io.Writer {
	if o.unasked {
		return w.App.IO.Err
	}
	return w.App.Out
}

// Get asks the broker on behalf of a command that uses a profile. Where only a
// sign-in helps, and auto_login allows it, the person signs in on the occasion.
func Get(ctx context.Context, w *workspace.Workspace, p *profile.Profile, r broker.Request) (broker.Answer, error) {
	if w.NoHome != nil {
		return broker.Answer{}, w.NoHome
	}
	if !r.Session.AutoLogin {
		answer, err := w.Broker.Get(ctx, r)
		return answer, Explain(w, p, err)
	}
	o := Options{unasked: true, Caller: r.Caller}
	var configured, now profile.Session
	signedIn := false // by this process
	answer, err := w.Broker.GetOrLogin(ctx, r, func(ctx context.Context) (profile.Session, broker.SignIn, error) {
		configured = w.PreferNamed(r.Session)
		s, in, err := signIn(ctx, w, p, configured, o)
		if err != nil {
			return s, in, err
		}
		now = s
		in.Waiting = func(h broker.Holder, limit time.Duration) {
			fmt.Fprintf(w.App.IO.Err, "%s: waiting for the sign-in to %s that %s has begun, for up to %s\n",
				w.App.Name, terminal.Printable(s.StartURL), terminal.Printable(h.String()), minutes(limit))
		}
		do := in.Do
		in.Do = func(ctx context.Context, keep broker.Keep) error {
			fmt.Fprintf(w.App.IO.Err, "%s: the session of %s has ended: signing in (auto_login)\n", w.App.Name, terminal.Printable(s.StartURL))
			err := do(ctx, keep)
			signedIn = err == nil
			return err
		}
		return s, in, nil
	})
	if err != nil {
		return broker.Answer{}, Explain(w, p, err)
	}
	if signedIn {
		w.WakeAgent(ctx)
		err = updateRegion(ctx, w, configured, now.Region, o)
	}
	return answer, err
}

// minutes is a duration without its zeros.
func minutes(d time.Duration) string { return strings.TrimSuffix(d.String(), "0s") }

// MissingKeys says what to do about a profile without credentials: name another
// profile, add the SSO settings that it lacks, or set up a profile.
func MissingKeys(w *workspace.Workspace, p *profile.Profile) string {
	if !p.Exists {
		for _, doc := range []*awsconfig.Doc{w.In.Config, w.In.Credentials} {
			if doc.Unreadable() != nil {
				return "the profile may be in " + doc.Path + ", which cannot be read"
			}
		}
		names, _, _ := profile.Names(w.In) // without them the other hint does
		if len(names) == 0 {
			return w.App.SetUpHint()
		}
		return "name a profile with --profile: " + output.Summary(names) + "\n" + w.App.SetUpHint()
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
	return "add " + strings.Join(missing, ", ") + " to " + header + " in " + w.In.Config.Path +
		"\nor let the wizard do it: " + w.App.Name + " configure sso " + ProfileFlag(p.Name)
}
