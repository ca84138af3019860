package cli

import (
	"context"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

type loginOptions struct {
	session              string
	noBrowser, useDevice bool
	callbackPort         int
	all                  bool
	ifNeeded, force      bool
	quiet                bool   // the success is not told
	caller               string // the command's words, for those who wait for it
	unasked              bool   // on the occasion of another command
}

func newLogin(app *command.App) *cobra.Command {
	o := loginOptions{caller: "sso login"}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in through the browser, once for all profiles of a session",
		Long: `Sign in to IAM Identity Center and keep the token where the AWS CLI and the
SDKs look for it. All profiles of the session are signed in at once, and all legacy
profiles of its access portal, however they spell the start URL. Two [sso-session]s of
one portal are two sign-ins.

With no profile or session named, the default profile's session is used, or the
only one in the config. A login signs in again while the session is valid; with
--if-needed it does nothing then. The browser may still be signed in and not ask.
--force revokes the present session first, so that the sign-in is really new.`,
		Annotations: command.Uses("profile", command.Connection),
		Args:        command.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return logIn(cmd.Context(), app, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.session, "sso-session", "", "sign in to this [sso-session] of the config")
	f.BoolVar(&o.noBrowser, "no-browser", false, "print the URL and open nothing")
	f.BoolVar(&o.useDevice, "use-device-code", false, "sign in by a code that is entered on any device")
	f.IntVar(&o.callbackPort, "callback-port", 0, "the port on 127.0.0.1 that the browser comes back to; 0 means any")
	f.BoolVar(&o.ifNeeded, "if-needed", false, "do nothing while the session is valid")
	f.BoolVar(&o.force, "force", false, "revoke the present session first, so that the sign-in is really new")
	f.BoolVar(&o.all, "all", false, "sign in to every session of the config, one after the other")
	return cmd
}

func logIn(ctx context.Context, app *command.App, o loginOptions) error {
	if o.callbackPort < 0 || o.callbackPort > 65535 {
		return command.Usagef("--callback-port takes a port number, 1 to 65535, or 0 for any")
	}
	if o.useDevice && o.callbackPort != 0 {
		return command.Usagef("--callback-port does not go with --use-device-code")
	}
	if o.all && (o.session != "" || app.Flags.Profile != "") {
		return command.Usagef("--all does not go with --sso-session or --profile")
	}
	if o.ifNeeded && o.force {
		return command.Usagef("--if-needed does not go with --force")
	}
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	targets, p, err := loginTargets(w, o)
	if err != nil {
		return err
	}
	w.Connect(p)
	for _, s := range targets {
		done, err := signedIn(ctx, w, p, s, o)
		if err != nil {
			return err
		}
		if done {
			continue
		}
		if _, err := login(ctx, w, p, s, o); err != nil {
			return err
		}
	}
	return nil
}

// login signs in to one session and says so. It returns the session as it is now: a
// vanity start URL may have told another region.
func login(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session, o loginOptions) (profile.Session, error) {
	configured := s
	s, in, err := signIn(ctx, w, p, s, o)
	if err != nil {
		return s, explainOrigin(w, err)
	}
	if in.Force = o.force; in.Force {
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
	if o.force {
		w.ForgetByAgent(ctx)
	}
	w.WakeAgent(ctx)
	if err := updateRegion(ctx, w, configured, s.Region, o); err != nil {
		return s, err
	}
	if !o.quiet {
		fmt.Fprintf(w.App.Out, "Successfully logged into Start URL: %s\n", s.StartURL)
	}
	if s.Name == "" && s.AutoRefresh == profile.On {
		w.App.Warn(fmt.Sprintf("this token lives %s; only lanyard refreshes it, because the profiles of %s have no sso_session",
			output.Until(tok.ExpiresAt, w.App.Now()), s.StartURL),
			"with an [sso-session] every SDK can: lanyard configure upgrade --sso-start-url "+command.Quote(s.StartURL))
	}
	return s, nil
}

// signedIn reports whether --if-needed makes a sign-in unnecessary, and prints why.
// Without that flag it only mentions the flag if the session is still valid.
func signedIn(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session, o loginOptions) (bool, error) {
	if !o.ifNeeded {
		if tok, err := w.Broker.Peek(s); err == nil && !o.force && tok.Left(w.App.Now()) > 0 && w.Broker.MaySignIn(s, false) == nil {
			again := loginAgain(w.App, s)
			if s.Name == "" {
				again = loginCommand(w.App, p)
			}
			fmt.Fprintf(w.App.IO.Err, "hint: the session is still valid; to sign in only when needed, run: %s --if-needed\n", terminal.Printable(again))
		}
		return false, nil
	}
	v, err := w.Broker.Valid(ctx, s, o.caller)
	if err != nil || !v.Valid {
		return false, explain(w, p, err)
	}
	if v.Unasked != nil {
		w.App.Warn(fmt.Sprintf("the access portal of %s could not be asked: %v", s.StartURL, v.Unasked), "")
	}
	fmt.Fprintf(w.App.IO.Err, "%s: the session of %s is valid until %s: no sign-in needed\n",
		w.App.Name, terminal.Printable(s.StartURL), ssocache.FormatTime(v.Token.ExpiresAt))
	return true, nil
}

// isLoopback says whether a base URL is on this machine.
func isLoopback(base string) bool {
	u, err := url.Parse(base)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
