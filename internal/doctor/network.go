package doctor

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/proxyenv"
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
			found = appendNew(found, problem("%v", e.err).fix("%s", p.W.ConnectionHint(e.err)))
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
		case e.badBundle:
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
		case e.badSettings:
			found = appendNew(found, ofError(e.err))
		case e.dnsErr != nil, e.badBundle,
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
	switch {
	case runtime.GOOS == "windows":
		correct = "correct the clock\nrun: w32tm /resync"
	case runtime.GOOS == "darwin":
		correct = "correct the clock\nrun: sudo sntp -sS time.apple.com"
	case p.inWSL():
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
