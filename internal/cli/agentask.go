package cli

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path/filepath"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
)

// client asks the agent of the home folder. It is one for all that a command asks:
// an agent that did not answer is not asked again.
func (s *stores) client() *agent.Client {
	if s.asked == nil {
		s.asked = newAgentClient(s.app, s.home)
	}
	return s.asked
}

func newAgentClient(app *command.App, home string) *agent.Client {
	return &agent.Client{Address: agent.Address(app.Env.Lookup, home), Home: agent.HomeID(home)}
}

// patientClient waits longer for an answer than a command that can do without.
func patientClient(app *command.App, home string) *agent.Client {
	client := newAgentClient(app, home)
	client.Patience = agent.LongPatience
	return client
}

// askAgent puts the broker's questions to the agent, with the settings of a profile.
func (w *world) askAgent(p *profile.Profile) func(context.Context, broker.Request) (broker.Answer, bool, error) {
	return func(ctx context.Context, r broker.Request) (broker.Answer, bool, error) {
		client := w.stores.client()
		q, err := w.question(p, r)
		if err != nil {
			return broker.Answer{}, false, err
		}
		if store, err := w.broker.Cache.Store(r.Session.Key()); err == nil && store == keystore.Agent {
			client.Patience = agent.LongPatience
		}
		a, warnings, answered, err := client.Ask(ctx, q)
		for _, text := range warnings {
			w.app.Warn(text, "")
		}
		if !answered && !errors.Is(err, agent.ErrNone) {
			w.app.Log.Debug("the agent leaves it to this process", "why", err)
		}
		return a, answered, err
	}
}

func (w *world) question(p *profile.Profile, r broker.Request) (agent.Question, error) {
	settings, err := w.settings(p)
	if err != nil {
		return agent.Question{}, err
	}
	if settings.CABundle != "" { // the agent is in another folder
		if settings.CABundle, err = filepath.Abs(settings.CABundle); err != nil {
			return agent.Question{}, err
		}
	}
	settings.Proxies = proxies(w.app)
	return agent.Question{Request: r, Siblings: w.siblings(r.Session), Settings: settings}, nil
}

// proxies is a fingerprint of the proxies that the environment names, and of the
// system's certificates where the environment moves them.
func proxies(app *command.App) string {
	text := proxyenv.Read(app.Env.Environ()).String()
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} { // see crypto/x509
		text += "\x00" + app.Env.Get(name)
	}
	if strings.Trim(text, "\x00") == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}

// wakeAgent tells the agent, if one runs, that there is a new token to look after.
func (w *world) wakeAgent(ctx context.Context) {
	if err := w.stores.client().Wake(ctx); err != nil && !errors.Is(err, agent.ErrNone) {
		w.app.Log.Debug("the agent was not told", "error", err)
	}
}

// forgetByAgent has the agent forget what was signed out.
func (w *world) forgetByAgent(ctx context.Context) {
	if err := w.stores.client().Forget(ctx); err != nil && !errors.Is(err, agent.ErrNone) {
		w.app.Log.Debug("the agent was not told", "error", err)
	}
}
