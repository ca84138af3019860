package cli

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
)

// agentRun is the agent itself.
func agentRun(ctx context.Context, app *command.App, o agentOptions) error {
	level := slog.LevelInfo
	if app.Flags.Debug {
		level = slog.LevelDebug
	}
	app.LogFrom(level)
	agent.Harden()
	w, err := openWorld(app)
	if err != nil {
		return err
	}
	w.stores.inAgent = true
	if o.inMemory {
		w.stores.memory = new(agent.Memory)
	}
	address := agent.Address(app.Env.Lookup, w.home)
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
		Broker: w.agentBroker(), Watched: list.watched,
		Memory: w.stores.memory, Stay: o.stay, Home: func() string { return agent.HomeID(w.home) }, Proxies: proxies(app), Now: app.Now, Log: app.Log,
	}
	server.Lost = agent.Watch(address)
	if w.stores.memory != nil {
		server.Begin, server.End = w.takeIntoMemory, w.endMemory(server)
	}
	app.Log.Info("the agent listens", "pid", os.Getpid(), "socket", address, "inMemory", o.inMemory)
	if err := server.Serve(ctx, l); err != nil {
		return err
	}
	return command.ErrComplete
}

// agentBroker makes the brokers of the agent.
func (w *world) agentBroker() func(agent.Settings, []string, func(string)) *broker.Broker {
	app, cache := w.app, w.stores.cache()
	return func(settings agent.Settings, siblings []string, warn func(string)) *broker.Broker {
		return &broker.Broker{
			Cache:    cache,
			Siblings: func(profile.Session) []string { return siblings },
			Now:      app.Now, Log: app.Log, Hold: app.Hold, Warn: warn,
			Endpoints: func() (broker.Endpoints, error) { return settings.Endpoints(), nil },
			Connect: func(s profile.Session, e broker.Endpoints) (broker.Service, error) {
				return w.service(settings.At(e), s.StartURL, s.Region)
			},
		}
	}
}
