package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

func newLogout(app *command.App) *cobra.Command {
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
	w, p, err := connected(app)
	if err != nil {
		return err
	}
	s, err := w.sessionToEnd(p, session)
	if err != nil {
		return err
	}
	var out broker.SignOut
	gone := w.memoriesGone(s) // asked first: an agent that has nothing left to keep ends
	if s.Key() == "" {
		out, err = w.broker.LogoutAll(ctx)
	} else {
		out, err = w.logoutOne(ctx, s)
	}
	if ctx.Err() == nil {
		w.tellSignOut(s, out, err != nil)
	}
	w.forgetByAgent(ctx)
	for _, u := range gone {
		w.tellOfGoneMemory(u)
	}
	for _, u := range out.Unrevoked {
		app.Warn(fmt.Sprintf("signed out locally, but the session at %s could not be revoked: %v", u.StartURL, u.Err),
			"a copy of the token stays valid until it expires")
	}
	var storage *broker.StorageError
	if errors.As(err, &storage) {
		err = command.WithHint(err, "%s", storageHint(storage))
	}
	told := len(out.Revoked) + len(out.Unrevoked)
	if !verify || ctx.Err() != nil || err != nil && told == 0 {
		return err
	}
	return errors.Join(err, w.verifySignOut(ctx, out))
}

// sessionToEnd returns the session of --sso-session, or that of the profile if --profile
// names one. The zero session stands for all.
func (w *world) sessionToEnd(p *profile.Profile, name string) (profile.Session, error) {
	switch {
	case name != "":
		s, warnings, err := profile.SessionNamed(w.in, name)
		w.warn(warnings)
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
func (w *world) logoutOne(ctx context.Context, s profile.Session) (broker.SignOut, error) {
	names, err := w.roleFiles(s)
	if err != nil {
		return broker.SignOut{}, err
	}
	return w.broker.Logout(ctx, s, names)
}

// roleFiles returns the names of the role-cache files that the AWS CLI writes for
// the profiles of a session.
func (w *world) roleFiles(s profile.Session) ([]string, error) {
	uses, err := w.quietSessions()
	if err != nil {
		return nil, err
	}
	keys := append([]string{s.Key()}, w.siblings(s)...)
	settings, err := w.profileSettings()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, u := range uses {
		if !slices.Contains(keys, u.Key()) && !u.Session.Same(s) {
			continue
		}
		for _, name := range u.Profiles {
			own := settings[name]
			names = append(names, ssocache.RoleName(own["sso_account_id"], own["sso_role_name"], u.Name, own["sso_start_url"]))
		}
	}
	return names, nil
}

// profileSettings returns what both files say of every profile, in one pass: a
// look-up for each of ten thousand would take a minute.
func (w *world) profileSettings() (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, doc := range []*awsconfig.Doc{w.in.Config, w.in.Credentials} { // the latter counts
		sections, _, err := doc.All()
		if err != nil {
			return nil, err
		}
		for _, section := range sections {
			if section.Kind != awsconfig.Profile {
				continue
			}
			if all[section.Name] == nil {
				all[section.Name] = map[string]string{}
			}
			for _, v := range section.Settings {
				all[section.Name][v.Key] = v.Value
			}
		}
	}
	return all, nil
}

// tellSignOut says on stderr what a sign-out did: which sessions ended, or that there
// was none, and which sessions still live. Stdout stays empty, as with the AWS CLI.
// The zero session stands for all. failed is true if the sign-out is incomplete.
func (w *world) tellSignOut(s profile.Session, out broker.SignOut, failed bool) {
	tell := func(format string, args ...any) {
		fmt.Fprintf(w.app.IO.Err, "%s: %s\n", w.app.Name, terminal.Printable(fmt.Sprintf(format, args...)))
	}
	ended := w.endedSessions(s, out)
	for _, name := range ended {
		tell("signed out of %s", name)
	}
	switch {
	case len(ended)+len(out.Unrevoked) > 0 || failed:
	case len(out.Files) > 0:
		tell("no session was live; removed %d %s", len(out.Files), plural(len(out.Files), "old token file"))
	case s.Key() != "":
		tell("not signed in to %s: nothing to do", s.Key())
	default:
		tell("not signed in: nothing to do")
	}
	now := w.app.Now()
	for _, f := range w.broker.Cache.Tokens() {
		if f.Value.Left(now) > 0 || f.Value.Refreshable(now) {
			tell("still signed in to %s", f.Value.StartURL)
		}
	}
}

// endedSessions names the sessions that a sign-out ended: the one that was asked for,
// or those of the config, and others by their start URLs. A warning names those that
// could not be revoked.
func (w *world) endedSessions(s profile.Session, out broker.SignOut) []string {
	if s.Key() != "" && len(out.Files) > 0 && len(out.Unrevoked) == 0 {
		return []string{s.Key()}
	}
	told := map[string]bool{}
	for _, u := range out.Unrevoked {
		told[starturl.Portal(u.StartURL)] = true
	}
	var ended []string
	named := map[string]bool{}
	uses, _ := w.quietSessions() // without them the start URLs do
	for _, u := range distinct(uses) {
		if slices.Contains(out.Files, w.broker.Cache.TokenPath(u.Key())) && !told[starturl.Portal(u.StartURL)] {
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
