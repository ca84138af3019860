// Package signin signs a user in, through the browser or with a device code. A command asks
// for the sign-in, or auto_login allows it. The package also gets credentials, and writes the
// hints that name the next command. Commands call [Login], [Get] and [Credentials].
package signin

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/engine/call"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Credentials returns the role credentials of a profile from the broker.
func Credentials(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string) (ssocache.Credentials, error) {
	return credentialsBut(ctx, w, p, caller, secret.String{})
}

// credentialsBut returns role credentials with a session token other than rejected.
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

// ChainVariable is the variable in which the AWS CLI passes the chain of profiles to a
// credential_process. The chain prevents a profile from calling itself.
const ChainVariable = "_AWS_CLI_PROFILE_CHAIN"

// CheckChain returns an error if the profile is already in the chain of callers.
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

// CallerCredentials returns the keys of the environment, or else the credentials of the
// profile.
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

// Authorize gives the client the keys of the environment, or else the credentials of the
// profile. If a service says that role credentials have expired, the client gets new ones.
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
		client.RefreshCredentials = func(ctx context.Context, expired call.Credentials) (call.Credentials, error) {
			c, err := credentialsBut(ctx, w, p, caller, expired.SessionToken)
			return signingKeys(c), err
		}
	}
	return nil
}

// Usable reports whether lanyard itself can get credentials for the profile.
func Usable(app *command.App, p *profile.Profile) bool {
	return p.EnvKeys || app.Flags.NoSignRequest || p.Kind == profile.SSO || p.Kind == profile.Static || p.Kind == profile.None
}

// callBudget is the time for requests after the user has finished in the browser.
const callBudget = 25 * time.Second

// messages returns the stream for messages about a sign-in: stdout, or stderr if another
// command needs stdout for its answer.
func messages(w *workspace.Workspace, o Options) io.Writer {
	if o.unasked {
		return w.App.IO.Err
	}
	return w.App.Out
}

// Get sends a request to the broker for a command that uses a profile. If a sign-in is
// necessary and auto_login allows it, Get signs in first.
func Get(ctx context.Context, w *workspace.Workspace, p *profile.Profile, r broker.Request) (broker.Answer, error) {
	if w.NoHome != nil {
		return broker.Answer{}, w.NoHome
	}
	if !r.Session.AutoLogin {
		answer, err := w.Broker.Get(ctx, r)
		if err != nil {
			err = Explain(w, p, err)
		}
		return answer, err
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
		in.Waiting = func(h broker.Process, limit time.Duration) {
			fmt.Fprintf(w.App.IO.Err, "%s: waiting up to %s for %s to sign in to %s\n",
				w.App.Name, minutes(limit), terminal.Printable(h.String()), terminal.Printable(s.StartURL))
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

// minutes formats a duration without trailing zeros: "9m35s", "10m".
func minutes(d time.Duration) string { return strings.TrimSuffix(d.String(), "0s") }
