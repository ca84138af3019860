package doctor

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// This file has the requests and programs that take long, and run while other checks work.

// slowFacts are the results of these requests and programs.
type slowFacts struct {
	endpoints []*endpoint
	pages     []*portalPage
	aws       awsVersion
	peer      peerServer
	wait      sync.WaitGroup
}

// An endpoint is a service of a session, and its answer to a request without a token.
type endpoint struct {
	url     string
	setting string // the setting that names it; "" for AWS's own endpoint
	p       *profile.Profile
	client  *http.Client
	clock   idcenter.Clock
	took    time.Duration
	dnsErr  error
	err     error

	badBundle   bool // err says that the CA bundle cannot be read
	badSettings bool // err is about the settings of the profile
}

// host returns the host without a port.
func (e *endpoint) host() string {
	u, err := url.Parse(e.url)
	if err != nil {
		return ""
	}
	return u.Hostname()
}

// name returns the host for messages.
func (e *endpoint) name() string {
	name := e.host()
	if e.setting != "" {
		name = e.url + " (from " + e.setting + ")"
	}
	return name
}

// startSlow starts the requests and programs.
func (p *Patient) startSlow(ctx context.Context) {
	s := &p.slow
	s.endpoints = p.findEndpoints()
	for _, e := range s.endpoints {
		s.wait.Go(func() { p.probe(ctx, e) })
	}
	s.pages = p.findPages()
	for _, page := range s.pages {
		s.wait.Go(func() { page.region, page.err = p.regionOf(ctx, page.url) })
	}
	s.aws.path = p.findAWS()
	if s.aws.path != "" {
		s.wait.Go(func() { s.aws.text, s.aws.err = p.Version(ctx, s.aws.path) })
	}
	s.wait.Go(func() { s.peer = askPeer(ctx, p.PeerServer) })
}

// settings returns the settings of the connection of a session: those of the profile in use if it has
// the session, else those of its first profile.
func (p *Patient) settings(u profile.SessionUse) *profile.Profile {
	if p.InUse != nil && p.InUse.Kind == profile.SSO && p.InUse.Session.Same(u.Session) || len(u.Profiles) == 0 {
		if p.InUse != nil {
			return p.InUse.ForSession()
		}
		return &profile.Profile{}
	}
	in := p.W.In
	in.Profile = u.Profiles[0]
	if resolved, _, err := profile.Resolve(in); err == nil {
		return resolved.ForSession()
	}
	return &profile.Profile{}
}

// findEndpoints returns the services of all sessions. It makes the clients now, because a Workspace
// is not safe for concurrent use.
func (p *Patient) findEndpoints() (list []*endpoint) {
	for _, s := range workspace.Distinct(p.sessions) {
		settings := p.settings(workspace.UseOf(p.sessions, s))
		hc, err := p.W.HTTPClientWithin(settings, 3*time.Second, 4*time.Second)
		if err != nil {
			list = append(list, &endpoint{url: s.StartURL, p: settings, err: err, badBundle: true})
			continue
		}
		client, err := p.W.Client(settings, profile.CleanStartURL(s.StartURL), s.Region)
		if err != nil {
			list = append(list, &endpoint{url: s.StartURL, p: settings, err: err, badSettings: true})
			continue
		}
		for _, base := range []struct{ url, service string }{{client.OIDCURL(), "SSO_OIDC"}, {client.PortalURL(), "SSO"}} {
			if slices.ContainsFunc(list, func(e *endpoint) bool { return e.url == base.url }) {
				continue
			}
			from, _ := settings.Endpoint(base.service) // Client has returned the error
			list = append(list, &endpoint{url: base.url, setting: from.From, p: settings, client: withoutRedirects(hc)})
		}
	}
	return list
}

// withoutRedirects returns a client for which a redirect is the answer of a service.
func withoutRedirects(hc *http.Client) *http.Client {
	own := *hc
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// probe sends one request without a token and without a body.
func (p *Patient) probe(ctx context.Context, e *endpoint) {
	if e.err != nil {
		return
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, e.url+"/", http.NoBody)
	if err != nil {
		e.err = err
		return
	}
	if host := e.host(); !p.proxied(req.URL) && net.ParseIP(host) == nil && !loopback.Host(host) {
		if _, e.dnsErr = p.LookupHost(ctx, host); e.dnsErr != nil {
			e.err = e.dnsErr
			return
		}
	}
	began := p.W.App.Now()
	resp, err := idcenter.Doer{Client: e.client}.Do(req)
	if err != nil {
		e.err = err
		return
	}
	_ = resp.Body.Close()
	received := p.W.App.Now()
	e.took = received.Sub(began)
	e.clock = idcenter.ClockOf(resp.Header, received, e.took)
}

// proxies returns the proxy settings of the environment.
func (p *Patient) proxies() proxyenv.Proxies { return proxyenv.Read(p.W.App.Env.Environ()) }

// proxied reports whether requests to a URL go through a proxy.
func (p *Patient) proxied(u *url.URL) bool { return p.proxies().Variable(u) != "" }

// answered waits for the services.
func (p *Patient) answered() []*endpoint {
	p.slow.wait.Wait()
	return p.slow.endpoints
}
