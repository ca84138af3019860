package ssocmd

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

func NewLogout(app *command.App) *cobra.Command {
	var session string
	var verify bool
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Sign out: revoke the tokens, then remove them and the role credentials",
		Long: `Sign out of all sessions, or of one with --sso-session or --profile. The tokens
are revoked on the server and removed here. If the service cannot be reached, they
are removed anyway, and a warning names the sessions that could not be revoked.
Stderr says which sessions ended, and which are left.

With --verify the service is asked afterwards whether it refuses the old tokens,
the access token and the refresh token. The exit code is 1 if it still takes one,
255 if it cannot be asked. Keys of roles that were handed out before are not
concerned: they work until they expire, whoever has them.`,
		Annotations: command.Uses("profile", command.Connection),
		Args:        command.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return logOut(cmd.Context(), app, session, verify) },
	}
	cmd.Flags().BoolVar(&verify, "verify", false, "show that the service refuses the old tokens")
	cmd.Flags().StringVar(&session, "sso-session", "", "sign out of this [sso-session] only")
	return cmd
}

func logOut(ctx context.Context, app *command.App, session string, verify bool) error {
	if session != "" && app.Flags.Profile != "" {
		return command.Usagef("--sso-session does not go with --profile")
	}
	w, p, err := workspace.Connected(app)
	if err != nil {
		return err
	}
	s, err := sessionToEnd(w, p, session)
	if err != nil {
		return err
	}
	var out broker.SignOut
	gone := w.MemoriesGone(s) // asked first: an agent that has nothing left to keep ends
	if s.Key() == "" {
		out, err = w.Broker.LogoutAll(ctx)
	} else {
		out, err = logoutOne(ctx, w, s)
	}
	if ctx.Err() == nil {
		tellSignOut(w, s, out, err != nil)
	}
	w.ForgetByAgent(ctx)
	for _, u := range gone {
		w.TellOfGoneMemory(u)
	}
	for _, u := range out.Unrevoked {
		app.Warn(fmt.Sprintf("signed out locally, but the session at %s could not be revoked: %v", u.StartURL, u.Err),
			"a copy of the token stays valid until it expires")
	}
	var storage *broker.StorageError
	if errors.As(err, &storage) {
		err = command.WithHint(err, "%s", signin.StorageHint(storage))
	}
	told := len(out.Revoked) + len(out.Unrevoked)
	if !verify || ctx.Err() != nil || err != nil && told == 0 {
		return err
	}
	return errors.Join(err, verifySignOut(ctx, w, out))
}

// sessionToEnd returns the session of --sso-session, or that of the profile if --profile
// names one. The zero session stands for all.
func sessionToEnd(w *workspace.Workspace, p *profile.Profile, name string) (profile.Session, error) {
	switch {
	case name != "":
		s, warnings, err := profile.SessionNamed(w.In, name)
		w.Warn(warnings)
		if err != nil {
			return profile.Session{}, err
		}
		return *s, nil
	case p.Explicit:
		return p.LoginSession()
	}
	return profile.Session{}, nil
}

// logoutOne signs out of one session.
func logoutOne(ctx context.Context, w *workspace.Workspace, s profile.Session) (broker.SignOut, error) {
	names, err := w.RoleFiles(s)
	if err != nil {
		return broker.SignOut{}, err
	}
	return w.Broker.Logout(ctx, s, names)
}

// tellSignOut says on stderr what a sign-out did: which sessions ended, or that there
// was none, and which sessions still live. Stdout stays empty, as with the AWS CLI.
// The zero session stands for all. failed is true if the sign-out is incomplete.
func tellSignOut(w *workspace.Workspace, s profile.Session, out broker.SignOut, failed bool) {
	tell := func(format string, args ...any) {
		fmt.Fprintf(w.App.IO.Err, "%s: %s\n", w.App.Name, terminal.Printable(fmt.Sprintf(format, args...)))
	}
	ended := endedSessions(w, s, out)
	for _, name := range ended {
		tell("signed out of %s", name)
	}
	switch {
	case len(ended)+len(out.Unrevoked) > 0 || failed:
	case len(out.Files) > 0:
		tell("no session was live; removed %d %s", len(out.Files), output.Plural(len(out.Files), "old token file"))
	case s.Key() != "":
		tell("not signed in to %s: nothing to do", s.Key())
	default:
		tell("not signed in: nothing to do")
	}
	now := w.App.Now()
	for _, f := range w.Broker.Cache.Tokens() {
		if f.Value.Left(now) > 0 || f.Value.Refreshable(now) {
			tell("still signed in to %s", f.Value.StartURL)
		}
	}
}

// endedSessions names the sessions that a sign-out ended: the one that was asked for,
// or those of the config, and others by their start URLs. A warning names those that
// could not be revoked.
func endedSessions(w *workspace.Workspace, s profile.Session, out broker.SignOut) []string {
	if s.Key() != "" && len(out.Files) > 0 && len(out.Unrevoked) == 0 {
		return []string{s.Key()}
	}
	told := map[string]bool{}
	for _, u := range out.Unrevoked {
		told[starturl.Portal(u.StartURL)] = true
	}
	var ended []string
	named := map[string]bool{}
	uses, _ := w.QuietSessions() // without them the start URLs do
	for _, u := range workspace.Distinct(uses) {
		if slices.Contains(out.Files, w.Broker.Cache.TokenPath(u.Key())) && !told[starturl.Portal(u.StartURL)] {
			ended = append(ended, u.Key())
			named[starturl.Portal(u.StartURL)] = true
		}
	}
	for _, r := range out.Revoked {
		if portal := starturl.Portal(r.StartURL); !told[portal] && !named[portal] {
			ended = append(ended, r.StartURL)
		}
	}
	return ended
}
