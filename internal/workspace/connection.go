package workspace

import (
	"cmp"
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"github.com/lanyard-cli/lanyard/internal/agent"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
)

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
