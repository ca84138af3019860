// Package ssocmd has the commands of a session: login, logout and get-credentials. The
// commands handle flags and output; packages signin and broker do the work.
package ssocmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// NewLogin returns the command login.
func NewLogin(app *command.App) *cobra.Command {
	o := signin.Options{Caller: "sso login"}
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Sign in to IAM Identity Center in the browser",
		Long: `Sign in to IAM Identity Center. lanyard stores the token in the files that the
AWS CLI and the SDKs read.

One sign-in serves every profile of the session. Legacy profiles of the same
access portal also share this sign-in. Two [sso-session]s of one portal are two
separate sign-ins.

Without --profile or --sso-session, lanyard signs in to the session of the
default profile, or to the only session in the config.

If the session is still valid, lanyard signs in again. With --if-needed, lanyard
does nothing instead. If the browser is still signed in to the portal, the
portal asks for no password. --force revokes the session first, so that the
portal asks you to sign in.`,
		Example: `# sign in to the only session in the config
lanyard login
# sign in to the session of a profile, but only if it has ended
lanyard login --profile dev-admin --if-needed
# sign in from a machine without a browser
lanyard login --sso-session corp --use-device-code`,
		Annotations: cmdline.Uses("profile", cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return login(cmd.Context(), app, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.Session, "sso-session", "", "sign in to the [sso-session] `NAME`")
	f.BoolVar(&o.NoBrowser, "no-browser", false, "print the URL instead of opening a browser")
	f.BoolVar(&o.UseDevice, "use-device-code", false, "sign in with a code that you enter on any device")
	f.IntVar(&o.CallbackPort, "callback-port", 0, "the `PORT` on 127.0.0.1 for the browser's callback; 0 means any free port")
	f.BoolVar(&o.IfNeeded, "if-needed", false, "do nothing while the session is valid")
	f.BoolVar(&o.Force, "force", false, "revoke the session first, so that the portal asks you to sign in again")
	f.BoolVar(&o.All, "all", false, "sign in to every session in the config, one after the other")
	return cmd
}

// login signs in to the session in use, or to all sessions.
func login(ctx context.Context, app *command.App, o signin.Options) error {
	if o.CallbackPort < 0 || o.CallbackPort > 65535 {
		return command.Usagef("--callback-port takes a port number, 1 to 65535, or 0 for any")
	}
	if o.UseDevice && o.CallbackPort != 0 {
		return command.Usagef("--callback-port cannot be used with --use-device-code")
	}
	if o.All && (o.Session != "" || app.Flags.Profile != "") {
		return command.Usagef("--all cannot be used with --sso-session or --profile")
	}
	if o.IfNeeded && o.Force {
		return command.Usagef("--if-needed cannot be used with --force")
	}
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	targets, p, err := signin.LoginTargets(ctx, w, o)
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
		if _, err := signin.Login(ctx, w, p, s, o); err != nil {
			return err
		}
	}
	return nil
}

// signedIn reports whether --if-needed makes a sign-in unnecessary, and prints the reason. If the
// token has not expired and the user did not give --if-needed, signedIn prints a hint about the flag.
func signedIn(ctx context.Context, w *workspace.Workspace, p *profile.Profile, s profile.Session, o signin.Options) (bool, error) {
	if !o.IfNeeded {
		if tok, err := w.Broker.Peek(s); err == nil && !o.Force && tok.Left(w.App.Now()) > 0 && w.Broker.MaySignIn(s, false) == nil {
			again := signin.SessionLogin(w.App, s)
			if s.Name == "" {
				again = signin.LoginCommand(w.App, p)
			}
			w.App.Hint("the token has not expired; to sign in only if needed, run: " + again + " --if-needed")
		}
		return false, nil
	}
	v, err := w.Broker.Valid(ctx, s, o.Caller)
	if err != nil || !v.Valid {
		return false, signin.Explain(w, p, err)
	}
	if v.Unchecked != nil {
		w.App.Warn(fmt.Sprintf("the access portal of %s could not be reached: %v", s.StartURL, v.Unchecked), "")
	}
	fmt.Fprintf(w.App.IO.Err, "%s: the session of %s is %s until %s; no sign-in needed\n",
		w.App.Name, terminal.Printable(s.StartURL), w.App.ErrStyle().Good("valid"), ssocache.FormatTime(v.Token.ExpiresAt))
	return true, nil
}
