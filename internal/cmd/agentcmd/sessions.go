package agentcmd

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A sessionList is the sessions of the config, which is read again when it has
// changed.
type sessionList struct {
	app   *command.App
	stamp string
	list  []agent.Watched
}

func (l *sessionList) watched() ([]agent.Watched, error) {
	stamp, err := configStamp(l.app)
	if errors.Is(err, fs.ErrNotExist) && l.list == nil {
		return nil, nil // there was none from the beginning
	}
	if err != nil || stamp == l.stamp {
		return l.list, err
	}
	list, err := watchedSessions(l.app)
	if err == nil {
		l.list, l.stamp = list, stamp
	}
	return list, err
}

// configStamp changes with the config files. The credentials file need not exist.
func configStamp(app *command.App) (string, error) {
	config, credentials := profile.Paths(app.Env.Lookup)
	stamp := ""
	for _, path := range []string{config, credentials} {
		info, err := os.Stat(path)
		if err == nil {
			stamp += fmt.Sprint(" ", info.ModTime().UnixNano(), info.Size())
		} else if path == config {
			return "", err
		}
	}
	return stamp, nil
}

// watchedSessions lists the sessions to keep fresh, each with the settings of the
// first profile that uses it.
func watchedSessions(app *command.App) ([]agent.Watched, error) {
	w, err := workspace.Open(app)
	if err != nil {
		return nil, err
	}
	uses, err := w.QuietSessions()
	if err != nil {
		return nil, err
	}
	for _, warning := range w.SessionWarnings() {
		app.Log.Warn(warning.Text)
	}
	list := []agent.Watched{}
	for _, s := range workspace.Distinct(uses) {
		item := agent.Watched{Session: s, Siblings: w.Siblings(s)}
		if item.Settings, err = settingsFor(w, workspace.UseOf(uses, s)); err != nil {
			item.Problem = err.Error()
			app.Log.Warn("a session is not renewed with such settings", "session", s.Key(), "error", err)
		}
		list = append(list, item)
	}
	return list, nil
}

// settingsFor returns the settings of the first profile that uses a session.
func settingsFor(w *workspace.Workspace, use profile.SessionUse) (agent.Settings, error) {
	in := w.In
	if in.Profile = ""; len(use.Profiles) > 0 {
		in.Profile = use.Profiles[0]
	}
	p, _, err := profile.Resolve(in)
	if p == nil {
		return agent.Settings{}, err
	}
	return w.Settings(p.ForSession())
}
