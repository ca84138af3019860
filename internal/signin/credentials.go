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
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// Credentials returns the role credentials of an SSO profile from the broker. If a service
// has refused credentials, rejected is their session token, and Credentials returns other
// credentials. Otherwise rejected is zero.
func Credentials(ctx context.Context, w *workspace.Workspace, p *profile.Profile, caller string, rejected secret.String) (ssocache.Credentials, error) {
	answer, err := Get(ctx, w, p, broker.Request{
		Session: p.Session, AccountID: p.AccountID, RoleName: p.RoleName,
		Purpose: broker.RoleCredentials, Profile: p.Name, Caller: caller, Rejected: rejected,
	})
	return answer.Credentials, err
}

// callBudget is the time that a sign-in leaves for requests after the user has finished in
// the browser.
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
// necessary and auto_login allows it, Get signs in first. The background agent and package provider
// never sign in.
func Get(ctx context.Context, w *workspace.Workspace, p *profile.Profile, r broker.Request) (broker.Answer, error) {
	if w.NoHome != nil {
		return broker.Answer{}, w.NoHome
	}
	if !r.Session.AutoLogin || w.InAgent() || w.NeverSignsIn {
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
