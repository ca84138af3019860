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
	"github.com/lanyard-cli/lanyard/internal/caller"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
	"github.com/lanyard-cli/lanyard/internal/ratelimit"
	"github.com/lanyard-cli/lanyard/internal/userpath"
)

// Connect makes the broker for a session of p, with the settings of p: endpoints, CA bundle,
// FIPS.
func (w *Workspace) Connect(p *profile.Profile) { w.ConnectBy(p.ForSession()) }

// ConnectBy makes the broker with the settings of p itself, even if a source profile has p's
// session.
func (w *Workspace) ConnectBy(p *profile.Profile) {
	w.Broker = &broker.Broker{
		Cache:    w.Stores.Cache(),
		Siblings: w.Siblings,
		Now:      w.App.Now, Log: w.App.Log, Hold: w.App.Hold,
		Warn:   func(text string) { w.App.Warn(text, "") },
		Record: func(h broker.Handout) error { return RecordHandout(w.App, h) },
		Endpoints: func() (broker.Endpoints, error) {
			settings, err := w.Settings(p)
			return settings.Endpoints(), err
		},
		Connect: func(s profile.Session, e broker.Endpoints) (broker.Service, error) {
			if err := p.CheckRetries(); err != nil {
				return nil, err
			}
			settings, _ := w.Settings(p) // Endpoints has returned the error
			client, err := w.Service(settings.At(e), s.StartURL, s.Region)
			if err != nil || w.Limiter == nil {
				return client, err
			}
			return limited{client, w.Limiter(s), w.App.Now}, nil
		},
	}
	if w.Stores.inAgent {
		w.Broker.Guard = w.GuardFor(p).ruleInAgent
	} else {
		w.Broker.Ask = w.askAgent(p)
		w.Broker.Guard = w.GuardFor(p).rule
	}
}

// Client returns the client of the Identity Center of a start URL.
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

// Service returns the client of a session, with these settings.
func (w *Workspace) Service(s agent.Settings, startURL, region string) (*idcenter.Client, error) {
	hc, err := w.httpClientOf(s)
	if err != nil {
		return nil, err
	}
	return idcenter.New(idcenter.Options{
		StartURL: startURL, Region: region, OIDCEndpoint: s.OIDC.URL, PortalEndpoint: s.Portal.URL,
		FIPS: s.FIPS, DualStack: s.DualStack, HTTP: hc, MaxAttempts: s.MaxAttempts, Log: w.App.Log,
		Now: w.App.Now, AgentMark: caller.Mark(w.App.Env.Lookup),
	})
}

// HTTPClient returns the HTTP client for Identity Center, with the settings of a profile.
func (w *Workspace) HTTPClient(p *profile.Profile) (*http.Client, error) {
	return w.HTTPClientWithin(p, 0, 0)
}

// HTTPClientWithin returns an HTTP client with the CA bundle of a profile and the proxies
// of the environment. connect and read are the timeouts if no flag sets them.
func (w *Workspace) HTTPClientWithin(p *profile.Profile, connect, read time.Duration) (*http.Client, error) {
	return w.httpClientOf(agent.Settings{
		CABundle: w.caBundle(p), NoVerifySSL: w.App.Flags.NoVerifySSL,
		ConnectTimeout: command.Seconds(w.App.Flags.ConnectTimeout, connect), ReadTimeout: command.Seconds(w.App.Flags.ReadTimeout, read),
	})
}

// httpClientOf returns an HTTP client for the settings. Default timeouts are 5 s to connect
// and 10 s for one attempt.
func (w *Workspace) httpClientOf(s agent.Settings) (*http.Client, error) {
	client := &http.Client{Timeout: cmp.Or(s.ReadTimeout, 10*time.Second), Transport: w.App.Transport}
	if w.App.Transport != nil {
		return client, nil
	}
	transport := func() (*http.Transport, error) { return w.transport(s) }
	var t *http.Transport
	var err error
	if w.shared != nil {
		t, err = w.shared.transport(transportKey{s.CABundle, s.NoVerifySSL, s.ConnectTimeout}, transport)
	} else {
		t, err = transport()
	}
	if err != nil {
		return nil, err
	}
	client.Transport = t
	return client, nil
}

// transport returns the transport for the settings.
func (w *Workspace) transport(s agent.Settings) (*http.Transport, error) {
	connect := cmp.Or(s.ConnectTimeout, 5*time.Second)
	t := &http.Transport{
		Proxy:               proxyenv.Read(w.App.Env.Environ()).For,
		DialContext:         (&net.Dialer{Timeout: connect}).DialContext,
		TLSHandshakeTimeout: connect,
		ForceAttemptHTTP2:   true,
		IdleConnTimeout:     30 * time.Second,
		// A listing keeps many connections to a server without HTTP/2 open.
		MaxIdleConnsPerHost: ratelimit.MaxInFlight,
		// A server can send endless interim responses (103) and headers.
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
	return t, nil
}

// caBundle returns the path of the CA certificates to trust, or "" for the system's, and
// remembers its source. The order is the AWS CLI's. An empty variable or setting means the
// system's certificates. AWS CLI versions before 2.36.6 did not verify certificates in this
// case.
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

// A caBundle holds the source of the path of the CA certificates.
type caBundle struct {
	from  string // the flag, variable or setting; "" if none is set
	empty bool   // the value is empty
}

// String returns the end of the sentence "the trusted certificates …".
func (b caBundle) String() string {
	switch {
	case b.from == "":
		return "are the system's"
	case b.empty:
		return "are the system's, because " + b.from + " is empty"
	}
	return "come from " + b.from
}

// AdviseConnection adds a hint to an error of a certificate or a proxy. The hint names the
// settings that matter, and their values.
func (w *Workspace) AdviseConnection(err error) error {
	if hint := w.ConnectionHint(err); hint != "" {
		return command.WithHint(err, "%s", hint)
	}
	return err
}

// ConnectionHint returns the hint for an error of a certificate or a proxy. It returns "" for
// other errors.
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
		return "the proxy comes from HTTPS_PROXY or HTTP_PROXY; list hosts that need no proxy in NO_PROXY"
	}
	return ""
}

// maxBundle is the largest CA bundle, in bytes. The bundle of a system has some hundred
// thousand bytes. Companies append their own certificates. An export of a Windows store with
// comments can exceed one megabyte.
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
		return nil, command.WithHint(errors.New("the CA bundle "+path+" has no certificate in PEM format"), "%s", hint)
	}
	return pool, nil
}

// client returns the client of the home folder's agent. A command uses one client, so it does
// not ask a silent agent twice.
func (s *Stores) client() *agent.Client {
	if s.asked == nil {
		s.asked = NewAgentClient(s.App, s.Home)
	}
	return s.asked
}

// NewAgentClient returns a client of the agent of a home folder.
func NewAgentClient(app *command.App, home string) *agent.Client {
	return &agent.Client{Address: agent.Address(app.Env.Lookup, home), Home: agent.HomeID(home)}
}

// PatientClient returns a client that waits longer, for commands that need the answer.
func PatientClient(app *command.App, home string) *agent.Client {
	client := NewAgentClient(app, home)
	client.Patience = agent.LongPatience
	return client
}

// askAgent returns a function that sends the broker's requests to the agent, with the
// settings of a profile.
func (w *Workspace) askAgent(p *profile.Profile) func(context.Context, broker.Request) (broker.Answer, bool, error) {
	return func(ctx context.Context, r broker.Request) (broker.Answer, bool, error) {
		if store, err := w.Broker.Cache.Store(r.Session.Key()); w.Limiter != nil && (err != nil || store != keystore.Agent) {
			return broker.Answer{}, false, nil // this process limits its requests, and the agent does not
		}
		client := w.Stores.client()
		q, err := w.question(p, r)
		if err != nil {
			return broker.Answer{}, false, err
		}
		if store, err := w.Broker.Cache.Store(r.Session.Key()); err == nil && store == keystore.Agent || r.Guarded { // only the agent keeps them
			client.Patience = agent.LongPatience
		}
		a, warnings, answered, err := client.Ask(ctx, q)
		for _, text := range warnings {
			w.App.Warn(text, "")
		}
		if !answered && !errors.Is(err, agent.ErrNone) {
			w.App.Log.Debug("the agent did not answer; this process continues without it", "why", err)
		}
		return a, answered, err
	}
}

func (w *Workspace) question(p *profile.Profile, r broker.Request) (agent.Question, error) {
	settings, err := w.Settings(p)
	if err != nil {
		return agent.Question{}, err
	}
	if settings.CABundle != "" { // the agent has another working directory
		if settings.CABundle, err = filepath.Abs(settings.CABundle); err != nil {
			return agent.Question{}, err
		}
	}
	settings.Proxies = Proxies(w.App)
	return agent.Question{Request: r, Siblings: w.Siblings(r.Session), Settings: settings}, nil
}

// Proxies returns a fingerprint of the proxies in the environment and of the variables that
// move the system's certificates. It returns "" if none of these variables is set.
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

// WakeAgent tells the agent, if one runs, about a new token.
func (w *Workspace) WakeAgent(ctx context.Context) {
	if err := w.Stores.client().Wake(ctx); err != nil && !errors.Is(err, agent.ErrNone) {
		w.App.Log.Debug("the agent was not notified", "error", err)
	}
}

// ForgetByAgent tells the agent, if one runs, which sessions were signed out.
func (w *Workspace) ForgetByAgent(ctx context.Context) {
	if err := w.Stores.client().Forget(ctx); err != nil && !errors.Is(err, agent.ErrNone) {
		w.App.Log.Debug("the agent was not notified", "error", err)
	}
}
