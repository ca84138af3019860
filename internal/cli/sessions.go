package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
)

// sessions lists the sessions of the config and who uses them, and tells what is
// wrong with any. It reads the whole file, once.
func (w *world) sessions() ([]profile.SessionUse, error) {
	uses, err := w.quietSessions()
	w.warn(w.unsaid)
	return uses, err
}

// quietSessions is sessions for a command that uses one profile: the mistakes of
// the others are not its business.
func (w *world) quietSessions() ([]profile.SessionUse, error) {
	if w.loaded {
		return w.uses, nil
	}
	uses, warnings, err := profile.Sessions(w.in)
	if err != nil {
		return nil, err
	}
	w.uses, w.unsaid, w.loaded = uses, warnings, true
	return uses, nil
}

// siblings gives the other names of a session for the broker. Each spelling of the
// start URL in a legacy profile is such a name. They belong to the first sso-session of
// the same portal and region: two sso-sessions are two sign-ins, possibly of two people,
// and must not meet through them.
func (w *world) siblings(s profile.Session) []string {
	uses, err := w.quietSessions()
	if err != nil {
		w.app.Log.Debug("the config does not tell the session's other names", "error", err)
		return nil
	}
	var named, spellings []string
	for _, u := range uses {
		switch {
		case !u.SharesLogin(s):
		case u.Name == "":
			spellings = u.Spellings
		default:
			named = append(named, u.Name)
		}
	}
	switch {
	case s.Name == "":
		others := slices.DeleteFunc(slices.Clone(spellings), func(url string) bool { return url == s.StartURL })
		return append(others, named[:min(1, len(named))]...)
	case len(named) > 0 && named[0] == s.Name:
		return spellings
	}
	return nil
}

// loginTargets finds the sessions to sign in to, and the profile whose settings
// count.
func (w *world) loginTargets(o loginOptions) ([]profile.Session, *profile.Profile, error) {
	if o.session != "" {
		p, err := w.resolveForLogin()
		if err != nil {
			return nil, nil, err
		}
		s, warnings, err := profile.SessionNamed(w.in, o.session)
		w.warn(warnings)
		if err != nil {
			return nil, nil, err
		}
		return []profile.Session{*s}, p, nil
	}
	p, err := w.resolveForLogin()
	if err != nil {
		return nil, nil, err
	}
	named := p.Explicit || p.FromEnv
	s, err := p.LoginSession()
	switch {
	case o.all:
	case err == nil && named:
		return []profile.Session{w.preferNamed(s)}, p, nil
	case err == nil:
		return []profile.Session{w.preferNamed(w.ofAll(s))}, p, nil
	case named || p.Exists && p.Kind == profile.SSO:
		return nil, nil, err
	}
	uses, err2 := w.sessions()
	if err2 != nil {
		return nil, nil, err2
	}
	targets := distinct(uses)
	switch {
	case len(targets) == 0:
		return nil, nil, command.WithHint(err, "no session is configured in %s\n%s", w.in.Config.Path, w.app.SetUpHint())
	case o.all || len(targets) == 1:
		return targets, p, nil
	case w.app.IO.Terminal:
		chosen, err := w.choose(targets)
		return []profile.Session{chosen}, p, err
	}
	var commands []string
	for _, t := range targets {
		commands = append(commands, fmt.Sprintf("for %s run: %s", t.StartURL, loginTo(w.app, t, uses)))
	}
	return nil, nil, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf(
		"%s names %d SSO sessions and no default profile: which one to sign in to must be said", w.in.Config.Path, len(targets))},
		"%s", strings.Join(commands, "\n"))
}

// resolveForLogin resolves the profile for a sign-in, which needs less of it
// than credentials do.
func (w *world) resolveForLogin() (*profile.Profile, error) {
	p, warnings, err := profile.Resolve(w.in)
	w.warn(warnings)
	if p == nil {
		return nil, err
	}
	return p, nil
}

// preferNamed signs in a legacy profile under the sso-session of the same start
// URL and region where the config has one: the SDKs refresh only that.
func (w *world) preferNamed(s profile.Session) profile.Session {
	if s.Name != "" {
		return s
	}
	uses, err := w.quietSessions()
	if err != nil {
		return s
	}
	for _, u := range uses {
		if u.Name != "" && u.SharesLogin(s) {
			return u.Session
		}
	}
	return s
}

// ofAll returns the session with what all of its profiles say together: a sign-in for
// which no profile was named is for all of them.
func (w *world) ofAll(s profile.Session) profile.Session {
	uses, err := w.quietSessions()
	if err != nil {
		return s
	}
	if use := useOf(uses, s); use.StartURL != "" {
		return use.Session
	}
	return s
}

// distinct picks one session for each portal and region, an sso-session before a
// legacy one. Several sso-sessions of one portal stay apart.
func distinct(uses []profile.SessionUse) []profile.Session {
	var out []profile.Session
	for _, u := range uses {
		same := func(o profile.SessionUse) bool { return o.Name != "" && o.SharesLogin(u.Session) }
		if u.Session.Name == "" && slices.ContainsFunc(uses, same) {
			continue
		}
		out = append(out, u.Session)
	}
	return out
}

// loginTo is the command line that signs in to a session.
func loginTo(app *command.App, s profile.Session, uses []profile.SessionUse) string {
	if s.Name != "" {
		return app.Name + " sso login --sso-session " + command.Quote(s.Name)
	}
	for _, u := range uses {
		if u.Session.Same(s) && len(u.Profiles) > 0 {
			return app.Name + " sso login --profile " + command.Quote(u.Profiles[0])
		}
	}
	return app.Name + " sso login"
}

// choose asks the person which session is meant.
func (w *world) choose(targets []profile.Session) (profile.Session, error) {
	fmt.Fprintln(w.app.IO.Err, "Several SSO sessions are configured:")
	for i, t := range targets {
		name := t.StartURL
		if t.Name != "" {
			name = t.Name + "  " + t.StartURL
		}
		fmt.Fprintf(w.app.IO.Err, "  %d  %s\n", i+1, terminal.Printable(name))
	}
	for {
		fmt.Fprintf(w.app.IO.Err, "Sign in to which one? [1-%d] ", len(targets))
		var answer string
		if _, err := fmt.Fscanln(w.app.IO.In, &answer); err != nil && answer == "" {
			return profile.Session{}, command.ErrInterrupted
		}
		for i, t := range targets {
			if answer == fmt.Sprint(i+1) || answer == t.Key() {
				return t, nil
			}
		}
	}
}
