package signin

import (
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// LoginTargets finds the sessions to sign in to, and the profile whose settings
// count.
func LoginTargets(w *workspace.Workspace, o Options) ([]profile.Session, *profile.Profile, error) {
	p, err := w.ResolveForLogin()
	if err != nil {
		return nil, nil, err
	}
	if o.Session != "" {
		s, err := w.SessionNamed(o.Session)
		return []profile.Session{s}, p, err
	}
	named := p.Explicit || p.FromEnv
	s, err := p.LoginSession()
	switch {
	case o.All:
	case err == nil && named:
		return []profile.Session{w.PreferNamed(s)}, p, nil
	case err == nil:
		return []profile.Session{w.PreferNamed(ofAll(w, s))}, p, nil
	case named || p.Exists && p.Kind == profile.SSO:
		return nil, nil, err
	}
	uses, err2 := w.Sessions()
	if err2 != nil {
		return nil, nil, err2
	}
	targets := workspace.Distinct(uses)
	switch {
	case len(targets) == 0:
		return nil, nil, command.WithHint(err, "no session is configured in %s\n%s", w.In.Config.Path, w.App.SetUpHint())
	case o.All || len(targets) == 1:
		return targets, p, nil
	case w.App.IO.Terminal:
		chosen, err := choose(w, targets)
		return []profile.Session{chosen}, p, err
	}
	var commands []string
	for _, t := range targets {
		commands = append(commands, fmt.Sprintf("for %s run: %s", t.StartURL, loginTo(w.App, t, uses)))
	}
	return nil, nil, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf(
		"%s names %d SSO sessions and no default profile: which one to sign in to must be said", w.In.Config.Path, len(targets))},
		"%s", strings.Join(commands, "\n"))
}

// ofAll returns the session with what all of its profiles say together: a sign-in for
// which no profile was named is for all of them.
func ofAll(w *workspace.Workspace, s profile.Session) profile.Session {
	uses, err := w.QuietSessions()
	if err != nil {
		return s
	}
	if use := workspace.UseOf(uses, s); use.StartURL != "" {
		return use.Session
	}
	return s
}

// loginTo is the command line that signs in to a session.
func loginTo(app *command.App, s profile.Session, uses []profile.SessionUse) string {
	if s.Name != "" {
		return app.Name + " sso login --sso-session " + command.Quote(s.Name)
	}
	for _, u := range uses {
		if u.Session.Same(s) && len(u.Profiles) > 0 {
			return app.Name + " sso login " + ProfileFlag(u.Profiles[0])
		}
	}
	return app.Name + " sso login"
}

// choose asks the person which session is meant.
func choose(w *workspace.Workspace, targets []profile.Session) (profile.Session, error) {
	fmt.Fprintln(w.App.IO.Err, "Several SSO sessions are configured:")
	for i, t := range targets {
		name := t.StartURL
		if t.Name != "" {
			name = t.Name + "  " + t.StartURL
		}
		fmt.Fprintf(w.App.IO.Err, "  %d  %s\n", i+1, terminal.Printable(name))
	}
	for {
		fmt.Fprintf(w.App.IO.Err, "Sign in to which one? [1-%d] ", len(targets))
		var answer string
		if _, err := fmt.Fscanln(w.App.IO.In, &answer); err != nil && answer == "" {
			return profile.Session{}, command.ErrInterrupted
		}
		for i, t := range targets {
			if answer == fmt.Sprint(i+1) || answer == t.Key() {
				return t, nil
			}
		}
	}
}
