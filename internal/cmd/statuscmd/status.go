// Package statuscmd has the command that shows every session: whether it is signed in, and
// until when. The command does flags and output; package broker has the work.
package statuscmd

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// New returns the command status.
func New(app *command.App) *cobra.Command {
	var check bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show your sessions and when they end",
		Long: `Show every session in the config, and every cached token that the config does
not name.

The next use of a profile refreshes a "refreshable" session, until the session
of the access portal ends. The service does not say when that is. lanyard
learns it from earlier sessions, or computes it from the time of the sign-in
and sso_session_duration.

With --check, lanyard prints nothing. The exit code is 0 if every session in the
config (or the session of --profile) can be used, and 1 if you must sign in.`,
		Example: `lanyard status
# in a script: sign in only if it is needed
lanyard status --check --profile dev-admin || lanyard login
# the start URLs of all sessions
lanyard status --output text --query "sessions[].startUrl"`,
		Annotations: command.Uses("profile", "output", "query"),
		Args:        command.NoArgs,
		RunE:        func(*cobra.Command, []string) error { return status(app, check) },
	}
	cmd.Flags().BoolVar(&check, "check", false, "print nothing; exit with 1 when a login is needed")
	return cmd
}

// status prints the sessions, or with check only returns whether a login is needed.
func status(app *command.App, check bool) error {
	w, p, err := workspace.ForSessions(app)
	if err != nil {
		return err
	}
	list, unreadable, err := sessions(w, p)
	if err != nil {
		return err
	}
	for _, s := range list {
		if check && !s.orphan && slices.Contains([]string{"none", "expired", "unknown", "unreadable"}, s.State) {
			return command.ExitError(command.ExitCommand)
		}
	}
	switch {
	case check:
		return nil
	case (app.Flags.Output == "" || app.Flags.Output == "table") && app.Flags.Query == "":
		err = printTable(app, list) // a table that is made for these columns
	default:
		err = output.Print(app, "Status", map[string]any{"sessions": list})
	}
	return errors.Join(err, unreadable)
}

// sessions returns the sessions: those of the config in its order (only that of
// the profile, if a flag names one), then the other tokens of the cache. unreadable
// names the files that cannot be read.
func sessions(w *workspace.Workspace, p *profile.Profile) (list []sessionStatus, unreadable, err error) {
	uses, err := w.Sessions()
	if err != nil {
		return nil, nil, err
	}
	only := profile.Session{}
	if p.Explicit {
		if only, err = p.LoginSession(); err != nil {
			return nil, nil, err
		}
	}
	list = []sessionStatus{}
	seen := map[string]bool{}
	for _, u := range uses {
		keys := append([]string{u.Session.Key()}, w.Siblings(u.Session)...)
		for _, k := range keys {
			seen[w.Broker.Cache.TokenPath(k)] = true
		}
		if only.Key() != "" && !only.Same(u.Session) {
			continue
		}
		w.TellOfMemory(u.Session)
		tok, err := w.Broker.Peek(u.Session)
		s := describe(w, u.Session, tok, u.Profiles).until(w.Broker.SessionEnd(u.Session))
		var file *keystore.UnreadableError
		switch {
		case errors.As(err, &file):
			s.State = "unreadable"
			unreadable = errors.Join(unreadable, err)
			seen[file.Path] = true
		case err != nil:
			w.App.Warn(err.Error(), command.HintOf(err))
			s.State = "unknown" // neither there nor absent
		}
		list = append(list, s)
	}
	if only.Key() == "" {
		others, err := orphans(w, seen)
		list, unreadable = append(list, others...), errors.Join(unreadable, err)
	}
	return list, unreadable, nil
}

// orphans returns the sessions of the tokens that no session of the config has. seen has
// the paths of the others. unreadable names the files that may be such tokens.
func orphans(w *workspace.Workspace, seen map[string]bool) (list []sessionStatus, unreadable error) {
	for _, err := range w.Broker.Cache.Unreadable(w.Broker.Cache.SSO()) {
		var file *keystore.UnreadableError
		if errors.As(err, &file) && !seen[file.Path] {
			unreadable = errors.Join(unreadable, err)
		}
	}
	for _, f := range w.Broker.Cache.Tokens() {
		if !seen[f.Path] {
			s := describe(w, profile.Session{StartURL: f.Value.StartURL, Region: f.Value.Region}, f.Value, nil)
			s.orphan = true
			list = append(list, s)
		}
	}
	return list, unreadable
}

// A sessionStatus is one session as "status --output json" prints it. Dates end in Z;
// unknown dates are left out.
type sessionStatus struct {
	StartURL              string   `json:"startUrl"`
	Region                string   `json:"region"`
	SSOSession            string   `json:"ssoSession,omitempty"`
	Store                 string   `json:"store,omitempty"` // where its secrets are, if not in the AWS CLI's files
	State                 string   `json:"state"`           // valid, refreshable, expired, none; unknown if the store cannot be used, unreadable if the file cannot
	ExpiresAt             string   `json:"expiresAt,omitempty"`
	ExpiresIn             *int     `json:"expiresInSeconds,omitempty"`
	Refreshable           bool     `json:"refreshable"`
	HorizonAt             string   `json:"horizonAt,omitempty"`       // when the portal's session ends: the earliest
	HorizonLatestAt       string   `json:"horizonLatestAt,omitempty"` // if that is not known exactly
	HorizonFrom           string   `json:"horizonFrom,omitempty"`     // configured, learned
	RegistrationExpiresAt string   `json:"registrationExpiresAt,omitempty"`
	Profiles              []string `json:"profiles"`

	expires time.Time
	horizon broker.SessionEnd
	orphan  bool // no config names it
}

// describe returns what the token of a session says about it.
func describe(w *workspace.Workspace, s profile.Session, tok ssocache.Token, profiles []string) sessionStatus {
	now := w.App.Now()
	out := sessionStatus{
		StartURL: s.StartURL, Region: s.Region, SSOSession: s.Name, State: "none",
		Refreshable: tok.Refreshable(now), Profiles: append([]string{}, profiles...),
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

// until adds the horizon to a session.
func (s sessionStatus) until(h broker.SessionEnd) sessionStatus {
	if h.At.IsZero() {
		return s
	}
	s.horizon, s.HorizonAt, s.HorizonFrom = h, ssocache.FormatTime(h.At), "learned"
	switch {
	case h.Configured:
		s.HorizonFrom = "configured"
	case !h.Latest.Equal(h.At):
		s.HorizonLatestAt = ssocache.FormatTime(h.Latest)
	}
	return s
}

// printTable prints the sessions for people.
func printTable(app *command.App, list []sessionStatus) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(app.Out, "No SSO session is configured, and none is signed in.")
		app.TellSetUp()
		return err
	}
	rows := [][]string{heads[:]}
	for _, s := range list {
		rows = append(rows, cells(app, s))
	}
	return output.Table(app, rows)
}

// heads names the columns of the table.
var heads = [...]string{"SESSION", "REGION", "STATE", "EXPIRES", "REFRESH", "HORIZON", "REGISTRATION", "PROFILES"}

// cells returns the fields of one session for people; heads has their names.
func cells(app *command.App, s sessionStatus) []string {
	name := s.StartURL
	if s.SSOSession != "" {
		name = s.SSOSession + " (" + s.StartURL + ")"
	}
	expires, registration, refresh, state := "-", "-", "no", s.State
	if s.ExpiresAt != "" {
		expires = output.Until(s.expires, app.Now())
	}
	if len(s.RegistrationExpiresAt) > len("2006-01-02") {
		registration = "until " + s.RegistrationExpiresAt[:len("2006-01-02")]
	}
	if s.Refreshable {
		refresh = "yes"
	}
	if state == "none" {
		state = "signed out"
	}
	return []string{terminal.Printable(name), terminal.Printable(s.Region), state, expires, refresh, horizon(s.horizon, app.Now()), registration, terminal.Printable(output.Summary(s.Profiles))}
}

// horizon describes when the portal's session ends, as far as that is known.
func horizon(h broker.SessionEnd, now time.Time) string {
	const near = 20 * time.Minute // between the two ends of what is known
	switch {
	case h.At.IsZero(), !h.Configured && !h.Latest.After(now): // older than any before: nothing is known
		return "-"
	case h.Configured && !h.At.After(now):
		return "passed"
	case h.Configured:
		return output.Until(h.At, now)
	case !h.At.After(now):
		return "within " + output.Until(h.Latest, now)
	case h.Latest.Sub(h.At) <= near:
		return "about " + output.Until(h.At.Add(h.Latest.Sub(h.At)/2), now)
	}
	return output.Until(h.At, now) + " to " + output.Until(h.Latest, now)
}
