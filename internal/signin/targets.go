package signin

import (
	"context"
	"fmt"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/picker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/terminal"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// LoginTargets returns the sessions to sign in to, and the profile whose settings apply. If
// several sessions are possible, LoginTargets asks the user on a terminal. Without a
// terminal, it returns an error.
func LoginTargets(ctx context.Context, w *workspace.Workspace, o Options) ([]profile.Session, *profile.Profile, error) {
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
		return []profile.Session{w.PreferNamed(forAllProfiles(w, s))}, p, nil
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
		chosen, err := chooseSession(ctx, w, targets)
		return []profile.Session{chosen}, p, err
	}
	var commands []string
	for _, t := range targets {
		commands = append(commands, fmt.Sprintf("for %s run: %s", t.StartURL, loginTo(w.App, t, uses)))
	}
	return nil, nil, command.WithHint(&command.ConfigError{Code: "Configuration", Msg: fmt.Sprintf(
		"%s has %d SSO sessions and no default profile; name the session to sign in to", w.In.Config.Path, len(targets))},
		"%s", strings.Join(commands, "\n"))
}

// forAllProfiles returns the session with the settings of all its profiles together. A
// sign-in without a named profile is for all of them.
func forAllProfiles(w *workspace.Workspace, s profile.Session) profile.Session {
	uses, err := w.QuietSessions()
	if err != nil {
		return s
	}
	if use := workspace.UseOf(uses, s); use.StartURL != "" {
		return use.Session
	}
	return s
}

// chooseSession lets the user pick a session from a menu on the terminal.
func chooseSession(ctx context.Context, w *workspace.Workspace, targets []profile.Session) (profile.Session, error) {
	menu := picker.Menu{Title: "Choose the session to sign in to:"}
	for _, t := range targets {
		item := picker.Item{Name: t.Name, Detail: t.StartURL}
		if t.Name == "" {
			item = picker.Item{Name: t.StartURL}
		}
		menu.Items = append(menu.Items, item)
	}
	i, err := w.App.Console().Choose(ctx, menu)
	if err != nil {
		return profile.Session{}, w.App.ExplainConsole(err)
	}
	fmt.Fprintf(w.App.IO.Err, "Signing in to %s\n", terminal.Printable(targets[i].Key()))
	return targets[i], nil
}
