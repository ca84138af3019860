package cli

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

// settings are what requests for a profile are made with.
func (w *world) settings(p *profile.Profile) (agent.Settings, error) {
	s := agent.Settings{
		FIPS: p.FIPS, DualStack: p.DualStack, MaxAttempts: p.MaxAttempts,
		CABundle: w.caBundle(p), NoVerifySSL: w.app.Flags.NoVerifySSL,
		ConnectTimeout: command.Seconds(w.app.Flags.ConnectTimeout, 0), ReadTimeout: command.Seconds(w.app.Flags.ReadTimeout, 0),
	}
	var err error
	if s.OIDC, err = p.Endpoint("SSO_OIDC"); err != nil {
		return s, err
	}
	if w.portalURL != "" {
		s.Portal = profile.Endpoint{URL: w.portalURL, From: "--endpoint-url"}
		return s, nil
	}
	s.Portal, err = p.Endpoint("SSO")
	return s, err
}

// service makes the client of a session that works with the settings.
func (w *world) service(s agent.Settings, startURL, region string) (*idcenter.Client, error) {
	hc, err := w.httpClientOf(s)
	if err != nil {
		return nil, err
	}
	return idcenter.New(idcenter.Options{
		StartURL: startURL, Region: region, OIDCEndpoint: s.OIDC.URL, PortalEndpoint: s.Portal.URL,
		FIPS: s.FIPS, DualStack: s.DualStack, HTTP: hc, MaxAttempts: s.MaxAttempts, Log: w.app.Log,
		Now: w.app.Now,
	})
}

// httpClient makes the HTTP client of the Identity Center for a profile.
func (w *world) httpClient(p *profile.Profile) (*http.Client, error) {
	return w.httpClientWithin(p, 0, 0)
}

// httpClientWithin makes an HTTP client for a profile: its CA bundle, the proxies
// of the environment, and the times that the flags say, or else these.
func (w *world) httpClientWithin(p *profile.Profile, connect, read time.Duration) (*http.Client, error) {
	return w.httpClientOf(agent.Settings{
		CABundle: w.caBundle(p), NoVerifySSL: w.app.Flags.NoVerifySSL,
		ConnectTimeout: command.Seconds(w.app.Flags.ConnectTimeout, connect), ReadTimeout: command.Seconds(w.app.Flags.ReadTimeout, read),
	})
}

// httpClientOf makes an HTTP client with the settings: 5 s to connect and 10 s for
// a try where they do not say.
func (w *world) httpClientOf(s agent.Settings) (*http.Client, error) {
	client := &http.Client{Timeout: cmp.Or(s.ReadTimeout, 10*time.Second), Transport: w.app.Transport}
	if w.app.Transport != nil {
		return client, nil
	}
	connect := cmp.Or(s.ConnectTimeout, 5*time.Second)
	t := &http.Transport{
		Proxy:               proxyenv.Read(w.app.Env.Environ()).For,
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
