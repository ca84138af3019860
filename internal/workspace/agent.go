package workspace

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
func (s *Stores) client() *agent.Client {
	if s.asked == nil {
		s.asked = NewAgentClient(s.App, s.Home)
	}
	return s.asked
}

func NewAgentClient(app *command.App, home string) *agent.Client {
	return &agent.Client{Address: agent.Address(app.Env.Lookup, home), Home: agent.HomeID(home)}
}

// PatientClient waits longer for an answer than a command that can do without.
func PatientClient(app *command.App, home string) *agent.Client {
	client := NewAgentClient(app, home)
	client.Patience = agent.LongPatience
	return client
}

// askAgent puts the broker's questions to the agent, with the settings of a profile.
func (w *Workspace) askAgent(p *profile.Profile) func(context.Context, broker.Request) (broker.Answer, bool, error) {
	return func(ctx context.Context, r broker.Request) (broker.Answer, bool, error) {
		client := w.Stores.client()
		q, err := w.question(p, r)
		if err != nil {
			return broker.Answer{}, false, err
		}
		if store, err := w.Broker.Cache.Store(r.Session.Key()); err == nil && store == keystore.Agent {
			client.Patience = agent.LongPatience
		}
		a, warnings, answered, err := client.Ask(ctx, q)
		for _, text := range warnings {
			w.App.Warn(text, "")
		}
		if !answered && !errors.Is(err, agent.ErrNone) {
			w.App.Log.Debug("the agent leaves it to this process", "why", err)
		}
		return a, answered, err
	}
}

func (w *Workspace) question(p *profile.Profile, r broker.Request) (agent.Question, error) {
	settings, err := w.Settings(p)
	if err != nil {
		return agent.Question{}, err
	}
	if settings.CABundle != "" { // the agent is in another folder
		if settings.CABundle, err = filepath.Abs(settings.CABundle); err != nil {
			return agent.Question{}, err
		}
	}
	settings.Proxies = Proxies(w.App)
	return agent.Question{Request: r, Siblings: w.Siblings(r.Session), Settings: settings}, nil
}

// Proxies is a fingerprint of the proxies that the environment names, and of the
// system's certificates where the environment moves them.
func Proxies(app *command.App) string {
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

// WakeAgent tells the agent, if one runs, that there is a new token to look after.
func (w *Workspace) WakeAgent(ctx context.Context) {
	if err := w.Stores.client().Wake(ctx); err != nil && !errors.Is(err, agent.ErrNone) {
		w.App.Log.Debug("the agent was not told", "error", err)
	}
}

// ForgetByAgent has the agent forget what was signed out.
func (w *Workspace) ForgetByAgent(ctx context.Context) {
	if err := w.Stores.client().Forget(ctx); err != nil && !errors.Is(err, agent.ErrNone) {
		w.App.Log.Debug("the agent was not told", "error", err)
	}
}
