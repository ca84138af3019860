package workspace

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// Connect makes the broker that works with the settings of p: endpoints, CA
// bundle, FIPS.
func (w *Workspace) Connect(p *profile.Profile) { w.ConnectBy(p.ForSession()) }

// ConnectBy makes the broker with the settings of p itself, also if p reaches its
// session through another profile.
func (w *Workspace) ConnectBy(p *profile.Profile) {
	w.Broker = &broker.Broker{
		Cache:    w.Stores.Cache(),
		Siblings: w.Siblings,
		Now:      w.App.Now, Log: w.App.Log, Hold: w.App.Hold,
		Warn: func(text string) { w.App.Warn(text, "") },
		Endpoints: func() (broker.Endpoints, error) {
			settings, err := w.Settings(p)
			return settings.Endpoints(), err
		},
		Connect: func(s profile.Session, e broker.Endpoints) (broker.Service, error) {
			if err := p.CheckRetries(); err != nil {
				return nil, err
			}
			settings, _ := w.Settings(p) // the error is that of Endpoints
			return w.Service(settings.At(e), s.StartURL, s.Region)
		},
	}
	if !w.Stores.inAgent {
		w.Broker.Ask = w.askAgent(p)
	}
}

// Client makes the client of the Identity Center that serves a start URL.
func (w *Workspace) Client(p *profile.Profile, startURL, region string) (*idcenter.Client, error) {
	p = p.ForSession()
	if err := p.CheckRetries(); err != nil {
		return nil, err
	}
	settings, err := w.Settings(p)
	if err != nil {
		return nil, err
	}
	return w.Service(settings, startURL, region)
}

// Settings are what requests for a profile are made with.
func (w *Workspace) Settings(p *profile.Profile) (agent.Settings, error) {
	s := agent.Settings{
		FIPS: p.FIPS, DualStack: p.DualStack, MaxAttempts: p.MaxAttempts,
		CABundle: w.caBundle(p), NoVerifySSL: w.App.Flags.NoVerifySSL,
		ConnectTimeout: command.Seconds(w.App.Flags.ConnectTimeout, 0), ReadTimeout: command.Seconds(w.App.Flags.ReadTimeout, 0),
	}
	var err error
	if s.OIDC, err = p.Endpoint("SSO_OIDC"); err != nil {
		return s, err
	}
	if w.PortalURL != "" {
		s.Portal = profile.Endpoint{URL: w.PortalURL, From: "--endpoint-url"}
		return s, nil
	}
	s.Portal, err = p.Endpoint("SSO")
	return s, err
}

// Service makes the client of a session that works with the settings.
func (w *Workspace) Service(s agent.Settings, startURL, region string) (*idcenter.Client, error) {
	hc, err := w.httpClientOf(s)
	if err != nil {
		return nil, err
	}
	return idcenter.New(idcenter.Options{
		StartURL: startURL, Region: region, OIDCEndpoint: s.OIDC.URL, PortalEndpoint: s.Portal.URL,
		FIPS: s.FIPS, DualStack: s.DualStack, HTTP: hc, MaxAttempts: s.MaxAttempts, Log: w.App.Log,
		Now: w.App.Now,
	})
}

// HTTPClient makes the HTTP client of the Identity Center for a profile.
func (w *Workspace) HTTPClient(p *profile.Profile) (*http.Client, error) {
	return w.HTTPClientWithin(p, 0, 0)
}

// HTTPClientWithin makes an HTTP client for a profile: its CA bundle, the proxies
// of the environment, and the times that the flags say, or else these.
func (w *Workspace) HTTPClientWithin(p *profile.Profile, connect, read time.Duration) (*http.Client, error) {
	return w.httpClientOf(agent.Settings{
		CABundle: w.caBundle(p), NoVerifySSL: w.App.Flags.NoVerifySSL,
		ConnectTimeout: command.Seconds(w.App.Flags.ConnectTimeout, connect), ReadTimeout: command.Seconds(w.App.Flags.ReadTimeout, read),
	})
}

// httpClientOf makes an HTTP client with the settings: 5 s to connect and 10 s for
// a try where they do not say.
func (w *Workspace) httpClientOf(s agent.Settings) (*http.Client, error) {
	client := &http.Client{Timeout: cmp.Or(s.ReadTimeout, 10*time.Second), Transport: w.App.Transport}
	if w.App.Transport != nil {
		return client, nil
	}
	connect := cmp.Or(s.ConnectTimeout, 5*time.Second)
	t := &http.Transport{
		Proxy:               proxyenv.Read(w.App.Env.Environ()).For,
		DialContext:         (&net.Dialer{Timeout: connect}).DialContext,
		TLSHandshakeTimeout: connect,
		ForceAttemptHTTP2:   true,
		IdleConnTimeout:     30 * time.Second,
		// A server may send interim responses (103) and headers without end.
		MaxResponseHeaderBytes: 1 << 20,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	}
	switch {
	case s.NoVerifySSL:
		t.TLSClientConfig.InsecureSkipVerify = true //nolint:gosec // asked for by --no-verify-ssl
	case s.CABundle != "":
		pool, err := w.readBundle(s.CABundle)
		if err != nil {
			return nil, err
		}
		t.TLSClientConfig.RootCAs = pool
	}
	client.Transport = t
	return client, nil
}

// caBundle returns the path of the CA certificates to trust, "" for the system's, and
// remembers where the path comes from. The order is the AWS CLI's. A variable or
// setting that is empty means the system's certificates and ends the search; the AWS
// CLI before 2.36.6 checked nothing then.
func (w *Workspace) caBundle(p *profile.Profile) (path string) {
	w.bundle = caBundle{}
	if path = w.App.Flags.CABundle; path != "" {
		w.bundle.from = "--ca-bundle"
	} else if v, ok := w.App.Env.Lookup("AWS_CA_BUNDLE"); ok {
		path, w.bundle.from = v, "AWS_CA_BUNDLE"
	} else if s, ok := p.Get("ca_bundle"); ok {
		path, w.bundle.from = p.CABundle, fmt.Sprintf("ca_bundle of profile %s (line %d)", p.Name, s.Line)
	} else if v, ok := w.App.Env.Lookup("REQUESTS_CA_BUNDLE"); ok {
		path, w.bundle.from = v, "REQUESTS_CA_BUNDLE"
	}
	w.bundle.empty = path == ""
	return userpath.Expand(path, w.App.Env.Lookup)
}

// A caBundle is where the path of the CA certificates comes from.
type caBundle struct {
	from  string // the flag, variable or setting; "" for none
	empty bool   // from names no file
}

// String completes "the trusted certificates".
func (b caBundle) String() string {
	switch {
	case b.from == "":
		return "are the system's"
	case b.empty:
		return "are the system's, because " + b.from + " is empty"
	}
	return "come from " + b.from
}

// AdviseConnection adds to an error of a certificate or a proxy which settings matter,
// and what they are now.
func (w *Workspace) AdviseConnection(err error) error {
	if hint := w.ConnectionHint(err); hint != "" {
		return command.WithHint(err, "%s", hint)
	}
	return err
}

func (w *Workspace) ConnectionHint(err error) string {
	var failed *idcenter.ConnectError
	if !errors.As(err, &failed) {
		return ""
	}
	switch failed.Failure {
	case idcenter.TLSFailed:
		hint := "the trusted certificates " + w.bundle.String()
		if u, parseErr := url.Parse(failed.URL); parseErr == nil {
			if variable := proxyenv.Read(w.App.Env.Environ()).Variable(u); variable != "" {
				hint += ", and the request goes through the proxy in " + variable
			}
		}
		return hint + "\nset --ca-bundle, AWS_CA_BUNDLE or ca_bundle in the profile to a PEM file with the CA of the server or proxy"
	case idcenter.ProxyFailed:
		return "the proxy comes from HTTPS_PROXY or HTTP_PROXY; list hosts that need none in NO_PROXY"
	}
	return ""
}

// maxBundle is the size in bytes up to which a CA bundle is read. Those of systems
// have a few hundred thousand, but companies append theirs, and a dump of a Windows
// store with comments can exceed one megabyte.
const maxBundle = 16 << 20

func (w *Workspace) readBundle(path string) (*x509.CertPool, error) {
	hint := "check --ca-bundle, AWS_CA_BUNDLE and ca_bundle"
	if w.bundle.from != "" {
		hint = "the path comes from " + w.bundle.from
	}
	pem, err := datafile.Read(path, maxBundle)
	if err != nil {
		return nil, command.WithHint(fmt.Errorf("the CA bundle cannot be read: %w", err), "%s", hint)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, command.WithHint(errors.New("the CA bundle "+path+" holds no certificate in PEM form"), "%s", hint)
	}
	return pool, nil
}

// client asks the agent of the home folder. It is one for all that a command asks:
// an agent that did not answer is not asked again.
func (s *Stores) client() *agent.Client {
	if s.asked == nil {
		s.asked = NewAgentClient(s.App, s.Home)
	}
	return s.asked
}

// NewAgentClient asks the agent of a home folder.
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
