package migrate

// The sessions of the AWS config for the portals of a program.

import (
	"cmp"
	"net/url"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/loopback"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// session returns the name of the session for a portal. If the config has none, it adds one.
func (p *planner) session(portal *Portal) string {
	if name, ok := p.sessions[portal]; ok {
		return name
	}
	it := Item{Kind: "session", Name: portal.Name, Place: portal.Place}
	if it.Name == "" {
		it.Name = portal.StartURL
	}
	if it.Reason = portal.wrong(); it.Reason != "" {
		p.sessions[portal], it.Outcome = "", Impossible
		p.plan.Items = append(p.plan.Items, it)
		return ""
	}
	it.Result, it.Outcome = p.knownSession(portal), Kept
	if it.Result != "" {
		it.Reason = "the config already has a session for this portal"
	} else {
		it.Result, it.Outcome = p.freeSession(portal), Added
		for _, v := range [][2]string{
			{"sso_start_url", starturl.Portal(portal.StartURL)},
			{"sso_region", portal.Region},
			{"sso_registration_scopes", profile.AccessScope},
		} {
			p.plan.Changes = append(p.plan.Changes, awsconfig.Change{Kind: awsconfig.SSOSession, Name: it.Result, Key: v[0], Value: v[1]})
		}
	}
	p.sessions[portal] = it.Result
	p.plan.Sessions = append(p.plan.Sessions, it.Result)
	p.plan.Items = append(p.plan.Items, it)
	return it.Result
}

// knownSession returns the session of the config for a portal that no other portal of the program
// uses. It prefers the session with the portal's name.
func (p *planner) knownSession(portal *Portal) (name string) {
	for _, s := range p.config.sessions {
		if p.usesSession(s.Name) || !portal.sameAs(value(s, "sso_start_url"), value(s, "sso_region")) {
			continue
		}
		if s.Name == cleanName(portal.Name) {
			return s.Name
		}
		if name == "" {
			name = s.Name
		}
	}
	return name
}

func (p *planner) usesSession(name string) bool {
	for _, used := range p.sessions {
		if used == name {
			return true
		}
	}
	return false
}

// freeSession returns a name for a new session: the portal's name, or the first part of its host.
func (p *planner) freeSession(portal *Portal) string {
	base := cleanName(portal.Name)
	if base == "" {
		base, _, _ = strings.Cut(profile.StartURLHost(portal.StartURL), ".")
		base = cmp.Or(cleanName(base), "sso")
	}
	name := base
	for n := 2; p.config.session(name) != nil || p.usesSession(name); n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	return name
}

// session returns the section of a session, or nil.
func (c *config) session(name string) *awsconfig.Section {
	for _, s := range c.sessions {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// sameAs reports whether the portal has this start URL and region.
func (p *Portal) sameAs(startURL, region string) bool {
	return startURL != "" && starturl.Same(p.StartURL, startURL) && p.Region == region
}

// wrong returns why the portal's settings cannot be used, or "".
func (p *Portal) wrong() string {
	u, err := url.Parse(p.StartURL)
	switch {
	case p.StartURL == "":
		return p.Place + ": the start URL is missing"
	case err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback.Host(u.Hostname())):
		return p.Place + ": the start URL is not an https URL"
	case p.Region == "":
		return p.Place + ": the region of Identity Center is missing"
	}
	if _, _, err := profile.CheckRegion(p.Region); err != nil || !strings.Contains(p.Region, "-") { // granted also knows short names such as ue1
		return p.Place + ": " + strconv.Quote(p.Region) + " is not the full name of a region, such as us-east-1"
	}
	return ""
}
