package cli

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"lanyard/internal/agent"
	"lanyard/internal/broker"
	"lanyard/internal/profile"
)

// agentRun is the agent itself.
func (app *App) agentRun(ctx context.Context, o agentOptions) error {
	app.isAgent = true
	if o.inMemory {
		app.memory = new(agent.Memory)
	}
	level := slog.LevelInfo
	if app.flags.debug {
		level = slog.LevelDebug
	}
	app.log = slog.New(slog.NewTextHandler(app.Stderr, &slog.HandlerOptions{Level: level}))
	agent.Harden()
	home, err := app.home()
	if err != nil {
		return err
	}
	address := agent.Address(app.LookupEnv, home)
	if address == "" {
		return &configError{"Configuration", agent.SocketVariable + "=none says that there is to be no agent"}
	}
	l, lock, err := agent.Listen(address)
	if errors.Is(err, agent.ErrRunning) {
		return withHint(fmt.Errorf("%w at %s", err, address), "run: %s agent stop", app.Name)
	}
	if err != nil {
		return withHint(fmt.Errorf("the agent cannot listen: %w", err), "set XDG_RUNTIME_DIR to a folder of your own with a short path, or %s to a path in one", agent.SocketVariable)
	}
	defer lock.Release()
	list := &sessionList{app: app}
	server := &agent.Server{
		Broker: app.agentBroker(home), Watched: list.watched,
		Memory: app.memory, Stay: o.stay, Home: func() string { return agent.HomeID(home) }, Proxies: app.proxies(), Now: app.Now, Log: app.log,
	}
	if app.memory != nil {
		if err := app.takeIntoMemory(ctx); err != nil {
			_ = l.Close()
			return err
		}
		server.End = app.endMemory
	}
	app.log.Info("the agent listens", "pid", os.Getpid(), "socket", address, "inMemory", o.inMemory)
	app.calm = true
	return server.Serve(ctx, l)
}

// agentBroker makes the brokers of the agent.
func (app *App) agentBroker(home string) func(agent.Settings, []string, func(string)) *broker.Broker {
	return func(settings agent.Settings, siblings []string, warn func(string)) *broker.Broker {
		return &broker.Broker{
			Cache:    app.newCache(home), // a keychain that was locked may be open by now
			Siblings: func(profile.Session) []string { return siblings },
			Now:      app.Now, Log: app.log, Hold: app.Hold, Warn: warn,
			Connect: func(s profile.Session) (broker.Service, error) { return app.service(settings, s.Region) },
		}
	}
}

// A sessionList is the sessions of the config, which is read again when it has
// changed.
type sessionList struct {
	app   *App
	stamp string
	list  []agent.Watched
}

func (l *sessionList) watched() ([]agent.Watched, error) {
	stamp, err := l.app.configStamp()
	if err != nil || stamp == l.stamp {
		return l.list, err
	}
	list, err := l.app.watchedSessions()
	if err == nil {
		l.list, l.stamp = list, stamp
	}
	return list, err
}

// configStamp changes with the config files.
func (app *App) configStamp() (string, error) {
	config, credentials, err := profile.Paths(app.LookupEnv)
	if err != nil {
		return "", err
	}
	stamp := "read"
	for _, path := range []string{config, credentials} {
		if info, err := os.Stat(path); err == nil {
			stamp += fmt.Sprint(" ", info.ModTime().UnixNano(), info.Size())
		}
	}
	return stamp, nil
}

// watchedSessions lists the sessions to keep fresh, each with the settings of the
// first profile that uses it.
func (app *App) watchedSessions() ([]agent.Watched, error) {
	w, err := app.world()
	if err != nil {
		return nil, err
	}
	uses, err := w.quietSessions()
	if err != nil {
		return nil, err
	}
	list := []agent.Watched{}
	for _, s := range distinct(uses) {
		if err := settingsError(uses, s); err != nil {
			app.log.Warn("a session is not watched", "session", s.Key(), "error", err)
			continue
		}
		in := w.in
		in.Profile = firstUser(uses, s)
		p, _, err := profile.Resolve(in)
		if p == nil {
			app.log.Warn("a session is not watched", "session", s.Key(), "error", err)
			continue
		}
		settings, err := app.settings(p)
		if err != nil {
			app.log.Warn("a session is not watched", "session", s.Key(), "error", err)
			continue
		}
		list = append(list, agent.Watched{Session: s, Siblings: w.siblings(s), Settings: settings})
	}
	return list, nil
}

// settingsError says what is wrong with the refresh settings of a session.
func settingsError(uses []profile.SessionUse, s profile.Session) error {
	for _, u := range uses {
		if u.Key() == s.Key() && u.SharesLogin(s) {
			return u.Err
		}
	}
	return nil
}

func firstUser(uses []profile.SessionUse, s profile.Session) string {
	for _, u := range uses {
		if u.Key() == s.Key() && u.SharesLogin(s) && len(u.Profiles) > 0 {
			return u.Profiles[0]
		}
	}
	return ""
}

// agentEnds is how long an agent may take to end: it may have to store a token
// first, or to sign out.
const agentEnds = 40 * time.Second
