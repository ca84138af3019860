package ssocmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/credfile"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// logoutOptions are the flags of logout.
type logoutOptions struct {
	session string
	verify  bool
}

// NewLogout returns the command logout.
func NewLogout(app *command.App) *cobra.Command {
	var o logoutOptions
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Sign out and revoke the tokens",
		Long: `Sign out of all sessions. With --sso-session or --profile, sign out of one
session.

lanyard revokes the tokens at the service, then removes the tokens and the role
credentials from this machine. If the service cannot be reached, lanyard still
removes the tokens and role credentials, and prints a warning for each session
that was not revoked. lanyard prints the ended and the remaining sessions to
stderr. For each ended session, lanyard also removes the entries of "lanyard
credentials write".

With --verify, lanyard then checks that the service refuses the old access token
and refresh token. The exit code is 1 if the service still accepts a token, and
255 if the service does not answer.

Role credentials that a program already has keep working until they expire.`,
		Example: `# sign out of every session
lanyard logout
# sign out of one session, and check that its tokens no longer work
lanyard logout --sso-session corp --verify`,
		Annotations: cmdline.Uses("profile", cmdline.Connection),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return logout(cmd.Context(), app, o) },
	}
	cmd.Flags().BoolVar(&o.verify, "verify", false, "check that the service refuses the old tokens")
	cmd.Flags().StringVar(&o.session, "sso-session", "", "sign out only of the [sso-session] `NAME`")
	return cmd
}

// logout signs out of one session or of all sessions, and prints each result. With --verify, it
// asks the service whether the service rejects the old tokens.
func logout(ctx context.Context, app *command.App, o logoutOptions) error {
	if o.session != "" && app.Flags.Profile != "" {
		return command.Usagef("--sso-session cannot be used with --profile")
	}
	w, p, err := workspace.ForSessions(app)
	if err != nil {
		return err
	}
	s, err := w.NamedSession(p, o.session)
	if err != nil {
		return err
	}
	gone := w.MemoriesGone(s) // call this before the sign-out, because an agent without tokens ends
	out, err := signOut(ctx, w, s)
	if ctx.Err() == nil {
		printSignOut(w, s, out, err != nil)
	}
	if ctx.Err() == nil {
		err = errors.Join(err, forgetWritten(ctx, w, s))
	}
	w.Broker.ForgetUsers(out)
	w.ForgetByAgent(ctx)
	for _, u := range gone {
		w.WarnMemoryGone(u)
	}
	warnOfUnrevoked(app, out)
	ended := len(out.Revoked)+len(out.Unrevoked) > 0 // the sessions ended at least on this machine
	if !o.verify || ctx.Err() != nil || err != nil && !ended {
		return err
	}
	return errors.Join(err, verifySignOut(ctx, w, out))
}

// forgetWritten removes the entries of a session after a sign-out, and prints their names to
// stderr. The zero session means all sessions.
func forgetWritten(ctx context.Context, w *workspace.Workspace, s profile.Session) error {
	keys := append([]string{s.Key()}, w.Siblings(s)...)
	removed, changed, err := credentials.RemoveWritten(ctx, w, "sso logout", func(e credfile.Entry) bool {
		return e.Session != "" && (s.Key() == "" || slices.Contains(keys, e.Session))
	})
	if err != nil {
		return fmt.Errorf("the entries of credentials write were not removed: %w", err)
	}
	for _, e := range removed {
		fmt.Fprintf(w.App.IO.Err, "%s: removed [%s] from %s\n", w.App.Name, terminal.Printable(e.Name), terminal.Printable(w.In.Credentials.Path))
	}
	credentials.WarnOfChanged(w, changed)
	return nil
}

// signOut signs out of a session. The zero session means all sessions.
func signOut(ctx context.Context, w *workspace.Workspace, s profile.Session) (result broker.SignOut, err error) {
	if s.Key() == "" {
		result, err = w.Broker.LogoutAll(ctx)
	} else {
		result, err = signOutOfOne(ctx, w, s)
	}
	var storage *broker.StorageError
	if errors.As(err, &storage) {
		err = command.WithHint(err, "%s", signin.StorageHint(storage))
	}
	return result, err
}

// signOutOfOne signs out of one session.
func signOutOfOne(ctx context.Context, w *workspace.Workspace, s profile.Session) (broker.SignOut, error) {
	names, err := w.RoleFiles(s)
	if err != nil {
		return broker.SignOut{}, err
	}
	return w.Broker.Logout(ctx, s, names)
}

// printSignOut prints to stderr which sessions ended and which sessions did not. Like the AWS
// CLI, it prints nothing to stdout. The zero session means all sessions. failed is true if the
// sign-out is incomplete.
func printSignOut(w *workspace.Workspace, s profile.Session, result broker.SignOut, failed bool) {
	paint := w.App.ErrStyle()
	say := func(format string, args ...any) { fmt.Fprintf(w.App.IO.Err, w.App.Name+": "+format+"\n", args...) }
	ended := endedSessions(w, s, result)
	for _, name := range ended {
		say("%s of %s", paint.Good("signed out"), terminal.Printable(name))
	}
	switch {
	case len(ended)+len(result.Unrevoked) > 0 || failed:
	case len(result.Files) > 0:
		say("no session was valid; removed %d %s", len(result.Files), output.Plural(len(result.Files), "old token file"))
	case s.Key() != "":
		say("not signed in to %s; nothing to do", terminal.Printable(s.Key()))
	default:
		say("not signed in; nothing to do")
	}
	now := w.App.Now()
	names := sessionNames(w)
	unnamed := false
	for _, f := range w.Broker.Cache.Tokens() {
		if f.Value.Left(now) <= 0 && !f.Value.Refreshable(now) {
			continue
		}
		name, known := names[f.Path]
		if !known {
			name, unnamed = f.Value.StartURL+" in a session that is not in the config", true
		}
		say("%s to %s", paint.Soon("still signed in"), terminal.Printable(name))
	}
	if unnamed {
		w.App.Hint("to end all sessions, run: " + w.App.Name + " sso logout")
	}
}

// sessionNames returns the names of the configured sessions by the paths of their tokens.
func sessionNames(w *workspace.Workspace) map[string]string {
	names := map[string]string{}
	uses, _ := w.QuietSessions() // if this fails, no session has a name
	for _, u := range uses {
		for _, key := range append(w.Siblings(u.Session), u.Key()) {
			names[w.Broker.Cache.TokenPath(key)] = u.Key()
		}
	}
	return names
}

// endedSessions returns the names of the sessions that ended. It uses the start URL for a session
// that is not in the config. It omits sessions that could not be revoked, because a warning names
// them.
func endedSessions(w *workspace.Workspace, s profile.Session, result broker.SignOut) []string {
	if s.Key() != "" && len(result.Files) > 0 && len(result.Unrevoked) == 0 {
		return []string{s.Key()}
	}
	unrevoked := map[string]bool{}
	for _, u := range result.Unrevoked {
		unrevoked[starturl.Portal(u.StartURL)] = true
	}
	var ended []string
	named := map[string]bool{}
	uses, _ := w.QuietSessions() // if this fails, the result has start URLs
	for _, u := range workspace.Distinct(uses) {
		if slices.Contains(result.Files, w.Broker.Cache.TokenPath(u.Key())) && !unrevoked[starturl.Portal(u.StartURL)] {
			ended = append(ended, u.Key())
			named[starturl.Portal(u.StartURL)] = true
		}
	}
	for _, r := range result.Revoked {
		if portal := starturl.Portal(r.StartURL); !unrevoked[portal] && !named[portal] {
			ended = append(ended, r.StartURL)
		}
	}
	return ended
}

// warnOfUnrevoked warns about sessions that ended on this machine but not at the service.
func warnOfUnrevoked(app *command.App, result broker.SignOut) {
	for _, u := range result.Unrevoked {
		app.Warn(fmt.Sprintf("signed out locally, but the session at %s could not be revoked: %v", u.StartURL, u.Err),
			"a copy of the token stays valid until it expires")
	}
}

// verifySignOut asks the service whether it rejects the old tokens of every session that ended.
// It prints the answers.
func verifySignOut(ctx context.Context, w *workspace.Workspace, result broker.SignOut) error {
	var accepted, unknown []string
	for _, u := range result.Unrevoked {
		unknown = append(unknown, terminal.Printable(u.StartURL))
	}
	for _, r := range result.Revoked {
		url := terminal.Printable(r.StartURL)
		switch err := w.Broker.Verify(ctx, r); {
		case err == nil:
			fmt.Fprintf(w.App.Out, "Verified: the service refuses the old token of %s\n", url)
		case errors.Is(err, broker.ErrNothingToVerify):
			fmt.Fprintf(w.App.Out, "Nothing to verify for %s: %v\n", url, err)
		case errors.Is(err, broker.ErrStillAccepted):
			accepted = append(accepted, url+": "+err.Error())
		case ctx.Err() != nil:
			return ctx.Err()
		default:
			w.App.Warn(fmt.Sprintf("could not ask %s about the old token: %v", url, err), "")
			unknown = append(unknown, url)
		}
	}
	var doubt error
	if unknown != nil {
		// The service did not answer, so this is an error with another exit code.
		doubt = command.WithHint(fmt.Errorf("signed out locally, but could not verify that the service refuses the old token of %s", strings.Join(unknown, ", ")),
			"a copy of the token may stay valid until it expires")
	}
	switch {
	case accepted != nil:
		if doubt != nil {
			w.App.Warn(doubt.Error(), command.HintOf(doubt))
		}
		return command.WithHint(&command.CommandError{Msg: "signed out locally, but " + strings.Join(accepted, "; ")},
			"sign out in the access portal, or ask an administrator to end the session")
	case doubt == nil && len(result.Revoked) == 0:
		fmt.Fprintln(w.App.Out, "Nothing to verify: there was no token to revoke")
	}
	return doubt
}
