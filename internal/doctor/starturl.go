package doctor

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/command"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/output"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/typo"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// A portalPage is the public page of a start URL.
type portalPage struct {
	session profile.SessionUse
	url     string
	region  string // as the page says; "" if it does not
	err     error
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
		portal := starturl.Portal(s.StartURL)
		if region, _, _ := p.portalRegion(s); region == "" {
			portal += " (its region is not known, so sso_region was not compared)"
		}
		if !slices.Contains(portals, portal) {
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
	region, by, unreached := p.portalRegion(s)
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

// portalRegion returns the region of a session's portal, and how it is known. region is "" if it is not
// known. err is the reason why the page of the portal was not reached, or nil.
func (p *Patient) portalRegion(s profile.Session) (region, by string, err error) {
	if r := idcenter.StartURLRegion(profile.CleanStartURL(s.StartURL)); r != "" {
		region, by = r, "its name says"
	}
	for _, page := range p.slow.pages {
		if !page.session.Session.Same(s) {
			continue
		}
		if known, _, _ := profile.CheckRegion(page.region); known {
			region, by = page.region, "its page says"
		}
		err = page.err
	}
	return region, by, err
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
