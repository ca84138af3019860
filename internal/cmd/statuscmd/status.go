// Package statuscmd has the command status, which shows every session. The command handles flags
// and output. Package broker does the work.
package statuscmd

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/signin"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// options are the flags of status.
type options struct {
	session string
	check   bool
}

// New returns the command status.
func New(app *command.App) *cobra.Command {
	var o options
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show your sessions and when they end",
		Long: `Show every session in the config, and every cached token that the config does
not name. With --sso-session or --profile, show one session with all of its
profiles and cached roles. The states are:

  valid         you can use the profiles
  refreshable   the token has expired; the next use of a profile refreshes it
  ends soon     you must sign in again within 30 minutes
  ended         you must sign in
  signed out    there is no token
  unreadable    the token's file cannot be read
  unknown       the store cannot be used, for example because it is locked

In the JSON output, "ended" is "expired", "signed out" is "none", and no session
has the state "ends soon".

The session end is the time when the access portal ends the session and you must
sign in again. The service does not publish this time. lanyard learns the
session end from earlier sessions, or adds sso_session_duration to the time of
the sign-in.

The output also lists the console logins of the AWS CLI ("aws login"), and the
roles with valid credentials in the cache. If lanyard does not know the user
yet, lanyard asks STS once with cached credentials, for up to two seconds.
lanyard remembers the user until the next sign-in.

With --check, lanyard prints nothing. The exit code is 0 if you can use every
session in the config (or the named session), and 1 if you must sign in. If no
session is configured, the exit code is 0.`,
		Example: `lanyard status
# one session, with all profiles and cached roles
lanyard status --sso-session corp
# in a script: sign in only if necessary
lanyard status --check --profile dev-admin || \
  lanyard login --profile dev-admin
# the start URLs of all sessions
lanyard status --output text --query "sessions[].startUrl"`,
		Annotations: cmdline.Uses("profile", "output", "query"),
		Args:        cmdline.NoArgs,
		RunE:        func(cmd *cobra.Command, _ []string) error { return status(cmd.Context(), app, o) },
	}
	cmd.Flags().StringVar(&o.session, "sso-session", "", "show only the [sso-session] `NAME`")
	cmd.Flags().BoolVar(&o.check, "check", false, "print nothing; exit with 1 if you must sign in")
	return cmd
}

// status prints the sessions. With --check, it prints nothing, and only returns whether a sign-in
// is needed.
func status(ctx context.Context, app *command.App, o options) error {
	if o.session != "" && app.Flags.Profile != "" {
		return command.Usagef("--sso-session cannot be used with --profile")
	}
	w, p, err := workspace.ForSessions(app)
	if err != nil {
		return err
	}
	if o.session == "" && p.Explicit && p.Kind == profile.Login {
		return statusOfLogin(w, p, o)
	}
	only, err := w.NamedSession(p, o.session)
	if err != nil {
		return err
	}
	list, unreadable, err := sessions(w, only)
	if err != nil {
		return err
	}
	if o.check {
		for _, s := range list {
			if !s.orphan && slices.Contains([]string{"none", "expired", "unknown", "unreadable"}, s.State) {
				return command.ExitError(command.ExitCommand)
			}
		}
		return nil
	}
	addRoles(ctx, w, p, list)
	var console []login
	if only.Key() == "" {
		if console, err = logins(w); err != nil {
			return err
		}
	}
	return errors.Join(show(app, list, console, only.Key() != ""), unreadable)
}

// statusOfLogin is status for a profile with a console login.
func statusOfLogin(w *workspace.Workspace, p *profile.Profile, o options) error {
	list, err := logins(w)
	if err != nil {
		return err
	}
	session, _ := p.Get("login_session")
	list = slices.DeleteFunc(list, func(l login) bool { return l.Session != session.Value })
	if !o.check {
		return show(w.App, []sessionStatus{}, list, true)
	}
	if slices.ContainsFunc(list, func(l login) bool { return l.State != "valid" && l.State != "refreshable" }) {
		return command.ExitError(command.ExitCommand)
	}
	return nil
}

// show prints the sessions and the console logins. If complete is set, it prints every name.
func show(app *command.App, list []sessionStatus, console []login, complete bool) error {
	switch {
	case (app.Flags.Output == "" || app.Flags.Output == "table") && app.Flags.Query == "":
		return printPage(app, list, console, complete)
	case len(console) > 0:
		return output.Print(app, "Status", map[string]any{"sessions": list, "logins": console})
	}
	return output.Print(app, "Status", map[string]any{"sessions": list})
}

// sessions returns the sessions of the config in its order, and then the sessions of other tokens
// in the cache. If wanted is not zero, it returns only this session. unreadable names the
// files that cannot be read.
func sessions(w *workspace.Workspace, wanted profile.Session) (list []sessionStatus, unreadable, err error) {
	uses, err := w.Sessions()
	if err != nil {
		return nil, nil, err
	}
	list = []sessionStatus{}
	seen := map[string]bool{}
	for _, u := range uses {
		keys := append([]string{u.Session.Key()}, w.Siblings(u.Session)...)
		for _, k := range keys {
			seen[w.Broker.Cache.TokenPath(k)] = true
		}
		if wanted.Key() != "" && !wanted.Same(u.Session) {
			continue
		}
		w.WarnIfMemoryGone(u.Session)
		tok, err := w.Broker.Peek(u.Session)
		s := describe(w, u.Session, tok, u.Profiles).withEnd(w.Broker.SessionEnd(u.Session))
		s.login, s.show = commands(w.App, u)
		var file *keystore.UnreadableError
		switch {
		case errors.As(err, &file):
			s.State = "unreadable"
			unreadable = errors.Join(unreadable, err)
			seen[file.Path] = true
		case err != nil:
			w.App.Warn(err.Error(), command.HintOf(err))
			s.State = "unknown" // the store does not answer whether it has a token
		}
		list = append(list, s)
	}
	if wanted.Key() == "" {
		others, err := orphans(w, seen)
		list, unreadable = append(list, others...), errors.Join(unreadable, err)
	}
	return list, unreadable, nil
}

// commands returns two command lines. login signs in to a session, show prints all of the
// session.
func commands(app *command.App, u profile.SessionUse) (login, show string) {
	name := ""
	if len(u.Profiles) > 0 {
		name = u.Profiles[0]
	}
	login = signin.LoginFor(app, u.Name, name)
	return login, strings.Replace(login, " sso login ", " status ", 1)
}

// orphans returns the sessions that have a token but are not in the config. configured has the
// paths of the tokens of configured sessions. unreadable names the files that could be such tokens.
func orphans(w *workspace.Workspace, configured map[string]bool) (list []sessionStatus, unreadable error) {
	for _, err := range w.Broker.Cache.Unreadable(w.Broker.Cache.SSO()) {
		var file *keystore.UnreadableError
		if errors.As(err, &file) && !configured[file.Path] {
			unreadable = errors.Join(unreadable, err)
		}
	}
	for _, f := range w.Broker.Cache.Tokens() {
		if !configured[f.Path] {
			s := describe(w, profile.Session{StartURL: f.Value.StartURL, Region: f.Value.Region}, f.Value, nil)
			s.orphan = true
			list = append(list, s)
		}
	}
	return list, unreadable
}

// A sessionStatus is one session as "status --output json" prints it. Dates end in Z. Unknown
// dates are omitted.
type sessionStatus struct {
	StartURL              string   `json:"startUrl"`
	Region                string   `json:"region"`
	SSOSession            string   `json:"ssoSession,omitempty"`
	Store                 string   `json:"store,omitempty"` // where its secrets are; "" means the AWS CLI's files
	State                 string   `json:"state"`           // valid, refreshable, expired, none; unknown if the store cannot be used, unreadable if the file cannot be read
	ExpiresAt             string   `json:"expiresAt,omitempty"`
	ExpiresIn             *int     `json:"expiresInSeconds,omitempty"`
	Refreshable           bool     `json:"refreshable"`
	HorizonAt             string   `json:"horizonAt,omitempty"`       // the session end, or its earliest time
	HorizonLatestAt       string   `json:"horizonLatestAt,omitempty"` // the latest time of the session end, if HorizonAt is not exact
	HorizonFrom           string   `json:"horizonFrom,omitempty"`     // configured or learned
	RegistrationExpiresAt string   `json:"registrationExpiresAt,omitempty"`
	User                  string   `json:"user,omitempty"`
	Profiles              []string `json:"profiles"`
	Roles                 []role   `json:"roles"`

	session     profile.Session
	expires     time.Time
	end         broker.SessionEnd
	orphan      bool   // the config does not have the session
	login, show string // the command lines that sign in to the session and print all of it
}

// A role is a role with valid credentials in the cache.
type role struct {
	AccountID string `json:"accountId"`
	RoleName  string `json:"roleName,omitempty"` // empty if no profile has the role
	ExpiresAt string `json:"expiresAt"`

	expires time.Time
}

// describe returns the status of a session with this token.
func describe(w *workspace.Workspace, s profile.Session, tok ssocache.Token, profiles []string) sessionStatus {
	now := w.App.Now()
	out := sessionStatus{
		StartURL: s.StartURL, Region: s.Region, SSOSession: s.Name, State: "none",
		Refreshable: tok.Refreshable(now), Profiles: append([]string{}, profiles...), Roles: []role{}, session: s,
	}
	if store, err := w.Broker.Cache.Store(s.Key()); err == nil && store != keystore.File {
		out.Store = store
	}
	if tok.AccessToken.IsZero() {
		return out
	}
	left := int(tok.Left(now) / time.Second)
	out.expires, out.ExpiresAt, out.ExpiresIn = tok.ExpiresAt, ssocache.FormatTime(tok.ExpiresAt), &left
	if !tok.RegistrationExpiresAt.IsZero() {
		out.RegistrationExpiresAt = ssocache.FormatTime(tok.RegistrationExpiresAt)
	}
	switch {
	case tok.Left(now) > 0:
		out.State = "valid"
	case out.Refreshable:
		out.State = "refreshable"
	default:
		out.State = "expired"
	}
	return out
}

// withEnd returns s with the session end.
func (s sessionStatus) withEnd(h broker.SessionEnd) sessionStatus {
	if h.At.IsZero() {
		return s
	}
	s.end, s.HorizonAt, s.HorizonFrom = h, ssocache.FormatTime(h.At), "learned"
	switch {
	case h.Configured:
		s.HorizonFrom = "configured"
	case !h.Latest.Equal(h.At):
		s.HorizonLatestAt = ssocache.FormatTime(h.Latest)
	}
	return s
}
