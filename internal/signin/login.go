package signin

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

type Options struct {
	Session              string
	NoBrowser, UseDevice bool
	CallbackPort         int
	All                  bool
	IfNeeded, Force      bool
	Quiet                bool   // the success is not told
	Caller               string // the command's words, for those who wait for it
	unasked              bool   // on the occasion of another command
}

// IsLoopback says whether a base URL is on this machine.
func IsLoopback(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}

// Login signs in to one session and says so. It returns the session as it is now: a
// vanity start URL may have told another region.
func Login(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session, o Options) (profile.Session, error) {
	configured := s
	s, in, err := signIn(ctx, w, p, s, o)
	if err != nil {
		return s, ExplainOrigin(w, err)
	}
	if in.Force = o.Force; in.Force {
		if in.Roles, err = w.RoleFiles(s); err != nil {
			return s, err
		}
	}
	in.Waiting = func(h broker.Holder, _ time.Duration) {
		w.App.Warn(fmt.Sprintf("another sign-in to %s is under way; waiting for %s", s.StartURL, h), "")
	}
	tok, err := w.Broker.Login(ctx, s, in)
	if err != nil {
		return s, explainLogin(w, s, err)
	}
	if o.Force {
		w.ForgetByAgent(ctx)
	}
	w.WakeAgent(ctx)
	if err := updateRegion(ctx, w, configured, s.Region, o); err != nil {
		return s, err
	}
	if !o.Quiet {
		fmt.Fprintf(w.App.Out, "Successfully logged into Start URL: %s\n", s.StartURL)
	}
	if s.Name == "" && s.AutoRefresh == profile.On {
		w.App.Warn(fmt.Sprintf("this token lives %s; only lanyard refreshes it, because the profiles of %s have no sso_session",
			output.Until(tok.ExpiresAt, w.App.Now()), s.StartURL),
			"with an [sso-session] every SDK can: lanyard configure upgrade --sso-start-url "+command.Quote(s.StartURL))
	}
	return s, nil
}
