package agentcmd

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// agentRun is the agent itself.
func agentRun(ctx context.Context, app *command.App, o agentOptions) error {
	level := slog.LevelInfo
	if app.Flags.Debug {
		level = slog.LevelDebug
	}
	app.LogFrom(level)
	agent.Harden()
	w, err := workspace.Open(app)
	if err != nil {
		return err
	}
	w.Stores.InAgent = true
	if o.inMemory {
		w.Stores.Memory = new(agent.Memory)
	}
	address := agent.Address(app.Env.Lookup, w.Home)
	if address == "" {
		return wantsNone()
	}
	l, lock, err := agent.Listen(address)
	if errors.Is(err, agent.ErrRunning) {
		return command.WithHint(fmt.Errorf("%w at %s", err, address), "run: %s agent stop", app.Name)
	}
	if err != nil {
		return explainListen(app, err)
	}
	defer lock.Release()
	list := &sessionList{app: app}
	server := &agent.Server{
		Broker: agentBroker(w), Watched: list.watched,
		Memory: w.Stores.Memory, Stay: o.stay, Home: func() string { return agent.HomeID(w.Home) }, Proxies: workspace.Proxies(app), Now: app.Now, Log: app.Log,
	}
	server.Lost = agent.Watch(address)
	if w.Stores.Memory != nil {
		server.Begin, server.End = func(ctx context.Context) error { return takeIntoMemory(ctx, w) }, endMemory(w, server)
	}
	app.Log.Info("the agent listens", "pid", os.Getpid(), "socket", address, "inMemory", o.inMemory)
	if err := server.Serve(ctx, l); err != nil {
		return err
	}
	return command.ErrComplete
}

// agentBroker makes the brokers of the agent.
func agentBroker(w *workspace.Workspace) func(agent.Settings, []string, func(string)) *broker.Broker {
	app, cache := w.App, w.Stores.Cache()
	return func(settings agent.Settings, siblings []string, warn func(string)) *broker.Broker {
		return &broker.Broker{
			Cache:    cache,
			Siblings: func(profile.Session) []string { return siblings },
			Now:      app.Now, Log: app.Log, Hold: app.Hold, Warn: warn,
			Endpoints: func() (broker.Endpoints, error) { return settings.Endpoints(), nil },
			Connect: func(s profile.Session, e broker.Endpoints) (broker.Service, error) {
				return w.Service(settings.At(e), s.StartURL, s.Region)
			},
		}
	}
}
