package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/typo"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

func networkChecks() []Check {
	return []Check{
		{"start-url", "start URL", "each start URL is an access portal and can be reached; its region is sso_region; no two start URLs differ by a typo", checkStartURLs},
		{"dns", "DNS", "the names of the sign-in service and of the portal can be resolved", checkDNS},
		{"proxy", "proxy", "the proxy variables are valid, the proxy answers, and no variable is without effect", checkProxy},
		{"certificates", "certificates", "the CA bundle can be read, and the services have certificates that it trusts", checkCertificates},
		{"connection", "connection", "the sign-in service and the portal answer", checkConnection},
		{"clock", "clock", "the clock of this machine agrees with the services", checkClock},
	}
}

// slowFacts are the results of requests and programs, which run while other checks work.
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

// A portalPage is the public page of a start URL.
type portalPage struct {
	session profile.SessionUse
	url     string
	region  string // as the page says; "" if it does not
	err     error
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
		client, err := p.W.Client(settings, profile.CleanStartURL(s.StartURL), s.Region)
		if err != nil {
			list = append(list, &endpoint{url: s.StartURL, p: settings, err: err})
			continue
		}
		hc, err := p.W.HTTPClientWithin(settings, 3*time.Second, 4*time.Second)
		for _, base := range []struct{ url, service string }{{client.OIDCURL(), "SSO_OIDC"}, {client.PortalURL(), "SSO"}} {
			if slices.ContainsFunc(list, func(e *endpoint) bool { return e.url == base.url }) {
				continue
			}
			from, _ := settings.Endpoint(base.service) // Client has returned the error
			list = append(list, &endpoint{url: base.url, setting: from.From, p: settings, client: hc, err: err})
		}
	}
	return list
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

// noSession is the finding of a network check if there is no service to ask.
func noSession() []Finding { return []Finding{notChecked("no session is configured")} }

// checkDNS reports names that cannot be resolved.
func checkDNS(_ context.Context, p *Patient) []Finding {
	if len(p.answered()) == 0 {
		return noSession()
	}
	var found []Finding
	names, unknown, proxied := []string{}, map[string][]string{}, false
	for _, e := range p.slow.endpoints {
		u, err := url.Parse(e.url)
		if err != nil {
			continue
		}
		proxied = proxied || p.proxied(u)
		if e.dnsErr == nil {
			if host := u.Hostname(); net.ParseIP(host) == nil && !loopback.Host(host) {
				names = append(names, host)
			}
			continue
		}
		why := e.dnsErr.Error()
		var failed *net.DNSError
		if errors.As(e.dnsErr, &failed) {
			why = failed.Err // without the host and the address of the name server
		}
		unknown[why] = append(unknown[why], e.host())
	}
	for _, why := range sortedNames(unknown) {
		found = append(found, problem("cannot resolve %s: %s", strings.Join(unknown[why], " and "), why).
			fix("check the network, the VPN, and sso_region; a region that does not exist has no such name"))
	}
	switch {
	case len(found) > 0:
		return found
	case proxied:
		return []Finding{notChecked("the proxy resolves the names")}
	case len(names) == 0:
		return []Finding{ok("the settings name addresses, which need no DNS")}
	}
	return []Finding{ok("%s", strings.Join(names, ", "))}
}

// checkProxy checks the proxy variables.
func checkProxy(_ context.Context, p *Patient) []Finding {
	var found []Finding
	used := map[string]bool{}
	for _, e := range p.answered() {
		u, err := url.Parse(e.url)
		if err != nil {
			continue
		}
		if variable := p.proxies().Variable(u); variable != "" {
			used[variable] = true
		}
		var invalid *proxyenv.Error
		var failed *idcenter.ConnectError
		switch {
		case errors.As(e.err, &invalid):
			found = appendNew(found, ofError(invalid))
		case errors.As(e.err, &failed) && failed.Failure == idcenter.ProxyFailed:
			found = appendNew(found, problem("%v", e.err).fix("the proxy comes from HTTPS_PROXY or HTTP_PROXY; list hosts that need no proxy in NO_PROXY"))
		}
	}
	for _, pair := range [][2]string{{"HTTPS_PROXY", "https_proxy"}, {"HTTP_PROXY", "http_proxy"}, {"NO_PROXY", "no_proxy"}} {
		if upper, lower := p.env(pair[0]), p.env(pair[1]); p.isSet(pair[1]) && upper != "" && upper != lower {
			found = append(found, warning("%s and %s differ; lanyard and the AWS CLI use %s, other programs may use the other", pair[0], pair[1], pair[1]).
				fix("give both variables the same value"))
		}
	}
	if strings.Contains(p.env("NO_PROXY")+p.env("no_proxy"), "/") {
		found = append(found, warning("NO_PROXY has a range with /, which the AWS CLI and lanyard do not support").fix("list names of hosts instead"))
	}
	if len(used) == 0 && (p.env("ALL_PROXY") != "" || p.env("all_proxy") != "") {
		found = append(found, warning("ALL_PROXY has no effect in the AWS CLI and in lanyard").fix("set HTTPS_PROXY"))
	}
	switch names := sortedKeys(used); {
	case len(found) > 0:
		return found
	case len(names) == 0:
		return []Finding{ok("no proxy is in use")}
	default:
		return []Finding{ok("from %s", strings.Join(names, ", "))}
	}
}

func sortedKeys(set map[string]bool) (keys []string) {
	for k := range set {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// checkCertificates checks the CA bundle and the certificates of the services.
func checkCertificates(_ context.Context, p *Patient) []Finding {
	var found []Finding
	for _, name := range []string{"SSL_CERT_FILE", "SSL_CERT_DIR"} { // see crypto/x509
		if path := p.env(name); path != "" {
			if _, err := os.Stat(path); err != nil {
				found = append(found, problem("%s: %v", name, err).fix("%s", unset(name)))
			}
		}
	}
	reached := 0
	for _, e := range p.answered() {
		var failed *idcenter.ConnectError
		switch {
		case e.client == nil && e.err != nil: // the bundle cannot be read
			found = appendNew(found, ofError(e.err))
		case errors.As(e.err, &failed) && failed.Failure == idcenter.TLSFailed:
			found = appendNew(found, problem("%v", e.err).fix("%s", p.certificateHint(e)))
		case e.err == nil && strings.HasPrefix(e.url, "https:"):
			reached++
		}
	}
	switch {
	case len(found) > 0:
		return found
	case len(p.slow.endpoints) == 0:
		return noSession()
	case reached == 0:
		return []Finding{notChecked("no service was reached by https")}
	}
	return []Finding{ok("%d %s with a trusted certificate", reached, output.Plural(reached, "service"))}
}

// certificateHint returns the hint for a certificate that is not trusted.
func (p *Patient) certificateHint(e *endpoint) string {
	_, _ = p.W.HTTPClient(e.p) // the hint is about the last client
	return p.W.ConnectionHint(e.err)
}

// checkConnection reports services that do not answer, unless another check knows why.
func checkConnection(_ context.Context, p *Patient) []Finding {
	if len(p.answered()) == 0 {
		return noSession()
	}
	var found []Finding
	var names []string
	elsewhere := 0
	for _, e := range p.slow.endpoints {
		var failed *idcenter.ConnectError
		switch {
		case e.err == nil:
			names = append(names, fmt.Sprintf("%s in %d ms", e.host(), e.took.Milliseconds()))
		case e.dnsErr != nil, e.client == nil,
			errors.As(e.err, &failed) && (failed.Failure == idcenter.TLSFailed || failed.Failure == idcenter.ProxyFailed):
			elsewhere++
		case e.setting != "":
			found = append(found, problem("%s does not answer: %v", e.name(), e.err).fix("start this server, or remove the setting %s", e.setting))
		default:
			found = append(found, problem("%s does not answer: %v", e.name(), e.err).fix("check the network, the VPN and the firewall: the program needs https to this host"))
		}
	}
	switch {
	case len(found) > 0:
		return found
	case elsewhere > 0:
		return []Finding{notChecked("a service was not reached: see DNS, proxy and certificates")}
	}
	return []Finding{ok("%s", strings.Join(names, ", "))}
}

// slightly is a difference of the clocks from which the user should know.
const slightly = 30 * time.Second

// checkClock compares the clock with the Date of the answers.
func checkClock(_ context.Context, p *Patient) []Finding {
	best := idcenter.Clock{}
	from := ""
	for _, e := range p.answered() {
		if !e.clock.Date.IsZero() && (from == "" || e.clock.Ahead.Abs() < best.Ahead.Abs()) {
			best, from = e.clock, e.host()
		}
	}
	correct := "correct the clock, for example\nrun: sudo timedatectl set-ntp true"
	if p.inWSL() {
		correct = "in WSL, the clock can stop while Windows sleeps\nrun: sudo hwclock -s"
	}
	switch {
	case from == "":
		return []Finding{notChecked("no service told the time")}
	case best.Wrong():
		return []Finding{problem("this machine's clock is %s, compared with %s; AWS will reject its requests", best, from).fix("%s", correct)}
	case best.Ahead.Abs() > slightly:
		return []Finding{warning("this machine's clock is %s, compared with %s", best, from).fix("%s", correct)}
	}
	return []Finding{ok("less than %s from the time of %s", slightly, from)}
}

// findPages returns the public pages of the start URLs. A custom endpoint means that AWS's pages do
// not matter.
func (p *Patient) findPages() (list []*portalPage) {
	for _, s := range workspace.Distinct(p.sessions) {
		u := workspace.UseOf(p.sessions, s)
		settings := p.settings(u)
		from, err := settings.Endpoint("SSO_OIDC")
		clean := profile.CleanStartURL(s.StartURL)
		if text, _ := profile.StartURLAdvice(clean); err != nil || from.URL != "" || text != "" || !strings.HasPrefix(clean, "https://") {
			continue
		}
		if p.Pages == nil {
			hc, err := p.W.HTTPClientWithin(settings, 3*time.Second, 4*time.Second)
			if err != nil {
				continue // the check certificates reports it
			}
			p.Pages = func(ctx context.Context, url string) (string, error) { return getPage(ctx, hc, url) }
		}
		list = append(list, &portalPage{session: u, url: clean})
	}
	return list
}

// maxPage is the size in bytes of the part of a page that is searched.
const maxPage = 256 << 10

// getPage returns the beginning of a public page.
func getPage(ctx context.Context, hc *http.Client, url string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := idcenter.Doer{Client: hc}.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode == http.StatusNotFound {
		return "", fmt.Errorf("the server answers %s", resp.Status)
	}
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxPage))
	return string(b), err
}

// regionOf returns the region that the page of an access portal names. The page of AWS has the region
// in its header: <meta name="region" content="eu-west-1"/>.
func (p *Patient) regionOf(ctx context.Context, url string) (string, error) {
	page, err := p.Pages(ctx, url)
	if err != nil {
		return "", err
	}
	m := regexp.MustCompile(`<meta\s+name="region"\s+content="([a-z0-9-]+)"`).FindStringSubmatch(page)
	if m == nil {
		return "", nil
	}
	return m[1], nil
}

// checkStartURLs checks the start URL and the region of each session.
func checkStartURLs(_ context.Context, p *Patient) []Finding {
	if len(p.sessions) == 0 {
		return noSession()
	}
	p.answered()
	var found []Finding
	list := workspace.Distinct(p.sessions)
	for _, s := range list {
		found = append(found, p.judgeStartURL(workspace.UseOf(p.sessions, s))...)
	}
	for i, s := range list {
		for _, t := range list[:i] {
			a, b := starturl.Portal(s.StartURL), starturl.Portal(t.StartURL)
			if a == b || typo.Distance(a, b, 2) > 2 || p.signedIn(s) == p.signedIn(t) {
				continue
			}
			other := s
			if p.signedIn(s) {
				other = t
			}
			found = append(found, warning("the start URLs %s and %s are very similar, and you are signed in to only one of them", t.StartURL, s.StartURL).
				fix("compare %s with the URL of your access portal; it may have a typo", other.StartURL))
		}
	}
	if len(found) > 0 {
		return found
	}
	var portals []string
	for _, s := range list {
		if portal := starturl.Portal(s.StartURL); !slices.Contains(portals, portal) {
			portals = append(portals, portal)
		}
	}
	return []Finding{ok("%s", strings.Join(portals, ", "))}
}

// judgeStartURL checks one session.
func (p *Patient) judgeStartURL(u profile.SessionUse) []Finding {
	s := u.Session
	where := fmt.Sprintf("%s, line %d", p.tilde(s.Path), s.Line)
	if strings.ContainsAny(s.StartURL, "\"' \t") {
		return []Finding{problem("%s: the start URL %s has quotes or a comment", where, s.StartURL).fix("remove the quotes; a comment needs its own line")}
	}
	if text, hint := profile.StartURLAdvice(s.StartURL); text != "" {
		if profile.CleanStartURL(s.StartURL) == s.StartURL {
			return []Finding{problem("%s: %s", where, text).fix("%s", hint)}
		}
		return []Finding{warning("%s: %s", where, text).fix("%s", hint)}
	}
	region, by := "", ""
	if r := idcenter.StartURLRegion(profile.CleanStartURL(s.StartURL)); r != "" {
		region, by = r, "its name says"
	}
	var unreached error
	for _, page := range p.slow.pages {
		if page.session.Session.Same(s) {
			if page.region != "" {
				region, by = page.region, "its page says"
			}
			unreached = page.err
		}
	}
	if region != "" && region != s.Region {
		return []Finding{p.wrongRegion(u, where, region, by)}
	}
	if possible := profile.StartURLRegions(s.StartURL); region == "" && len(possible) > 0 && !slices.Contains(possible, s.Region) {
		return []Finding{problem("%s: the portal %s cannot be in the region %s", where, s.StartURL, s.Region).
			fix("set sso_region to the region of your Identity Center: %s", output.Summary(possible))}
	}
	reached := slices.ContainsFunc(p.slow.endpoints, func(e *endpoint) bool { return e.err == nil })
	if unreached != nil && reached {
		return []Finding{problem("%s: the portal %s does not answer, but the services of %s do: %v", where, s.StartURL, s.Region, unreached).
			fix("correct sso_start_url; the address is in the e-mail of your invitation")}
	}
	return nil
}

// wrongRegion returns the problem of a session with another region than its portal.
func (p *Patient) wrongRegion(u profile.SessionUse, where, region, by string) Finding {
	changes := []awsconfig.Change{{Kind: awsconfig.SSOSession, Name: u.Name, Key: "sso_region", Value: region}}
	fix := fmt.Sprintf("run: lanyard configure set sso_region %s --sso-session %s", region, command.Quote(u.Name))
	if u.Name == "" {
		changes = nil
		for _, name := range u.Profiles {
			changes = append(changes, awsconfig.Change{Kind: awsconfig.Profile, Name: name, Key: "sso_region", Value: region})
		}
		fix = "set sso_region = " + region + " in " + where
	}
	return problem("%s: the portal %s is in the region %s, as %s, but sso_region is %s", where, u.StartURL, region, by, u.Region).fix("%s", fix).
		by("set sso_region to "+region+" in "+p.tilde(p.W.In.Config.Path), func(ctx context.Context) error {
			_, err := p.W.Edit(ctx, false, "doctor --fix", changes...)
			return err
		})
}
