package agentcmd

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/cmdline"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/credentials"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// newRun returns the command agent run.
func newRun(app *command.App, o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the agent in the foreground, for service managers",
		Long: `Run the agent in the foreground until it is interrupted or has nothing left to
refresh. Service managers such as systemd use this command; see
"lanyard agent unit --help".`,
		Example: `# keep running when there is no session to refresh
lanyard agent run --stay`,
		Args:        cmdline.NoArgs,
		Annotations: cmdline.Uses(cmdline.Connection),
		RunE:        func(cmd *cobra.Command, _ []string) error { return run(cmd.Context(), app, *o) },
	}
	o.addStay(cmd)
	return cmd
}

// run runs the agent until it is stopped or there is nothing left to refresh.
func run(ctx context.Context, app *command.App, o options) error {
	level := slog.LevelInfo
	if app.Flags.Debug {
		level = slog.LevelDebug
	}
	app.LogFrom(level)
	agent.Harden()
	var memory *agent.Memory
	if o.inMemory {
		memory = new(agent.Memory)
	}
	w, err := workspace.OpenInAgent(app, memory)
	if err != nil {
		return err
	}
	address := agent.Address(app.Env.Lookup, w.Home)
	if address == "" {
		return noAgentAllowed()
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
		Broker: newBrokers(w), Watched: list.watched,
		Renew:  newRenewer(app, memory).Renew,
		Memory: memory, Stay: o.stay, Home: func() string { return agent.HomeID(w.Home) }, Proxies: workspace.Proxies(app), Now: app.Now, Log: app.Log,
	}
	server.Lost = agent.Watch(address)
	if memory != nil {
		server.Begin, server.End = func(ctx context.Context) error { return takeIntoMemory(ctx, w) }, endMemory(w, memory, server)
	}
	app.Log.Info("the agent is listening", "pid", os.Getpid(), "socket", address, "inMemory", o.inMemory)
	if err := server.Serve(ctx, l); err != nil {
		return err
	}
	return command.ErrComplete
}

// newRenewer returns the renewer for the entries of the credentials file. It prints nothing and
// reads no input.
func newRenewer(app *command.App, memory *agent.Memory) *credentials.Renewer {
	quiet := *app
	quiet.IO = command.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}
	quiet.Out = command.NewWriter(io.Discard, false)
	return &credentials.Renewer{App: app, Open: func(profile string) (*workspace.Workspace, error) {
		return workspace.OpenInAgent(quiet.WithProfile(profile), memory)
	}}
}

// newBrokers returns the function for [agent.Server.Broker].
func newBrokers(w *workspace.Workspace) func(agent.Settings, []string, func(string)) *broker.Broker {
	app, cache, roles, rule := w.App, w.Stores.Cache(), new(broker.Memory), workspace.RuleInAgent(w.App)
	return func(settings agent.Settings, siblings []string, warn func(string)) *broker.Broker {
		return &broker.Broker{
			Cache: cache, Memory: roles, Guard: rule, Record: recordInAgent(app),
			Siblings: func(profile.Session) []string { return siblings },
			Now:      app.Now, Log: app.Log, Hold: app.Hold, Warn: warn,
			Endpoints: func() (broker.Endpoints, error) { return settings.Endpoints(), nil },
			Connect: func(s profile.Session, e broker.Endpoints) (broker.Service, error) {
				return w.Service(settings.At(e), s.StartURL, s.Region)
			},
		}
	}
}

// recordInAgent returns the function that records answers of the agent. A client of this version
// has applied the rules itself, and records the answer.
func recordInAgent(app *command.App) func(broker.Handout) error {
	return func(h broker.Handout) error {
		if h.Subject.Ruled {
			return nil
		}
		return workspace.RecordHandout(app, h)
	}
}

// A sessionList holds the sessions of the config. It reads the config again if the config
// has changed.
type sessionList struct {
	app   *command.App
	stamp string
	list  []agent.Watched
}

// watched returns the sessions to refresh.
func (l *sessionList) watched() ([]agent.Watched, error) {
	stamp, err := configStamp(l.app)
	if errors.Is(err, fs.ErrNotExist) && l.list == nil {
		return nil, nil // the config has never existed
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

// configStamp returns a text that changes when a config file changes. The credentials file need
// not exist.
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

// watchedSessions returns the sessions of the config, each with the settings of the first
// profile that uses it.
func watchedSessions(app *command.App) ([]agent.Watched, error) {
	w, err := workspace.OpenInAgent(app, nil) // this workspace uses no store
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
			app.Log.Warn("the session is not refreshed, because its settings are invalid", "session", s.Key(), "error", err)
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
