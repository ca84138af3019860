package signin

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

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
