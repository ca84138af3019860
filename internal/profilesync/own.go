package profilesync

import (
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// A userProfile is a profile that has a role, and no marker that can be read.
type userProfile struct {
	name              string
	session, startURL string // one of both is ""
	account, role     string
}

// userProfileOf returns the role of a profile. ok is false for the default profile,
// because users often give it another role, and for a profile that assumes another role.
func userProfileOf(section *awsconfig.OwnSection) (p userProfile, ok bool) {
	value := func(key string) string {
		set, _ := section.Get(key)
		return set.Value
	}
	if section.Name == "default" || value("role_arn") != "" {
		return p, false
	}
	p = userProfile{section.Name, value("sso_session"), "", value("sso_account_id"), value("sso_role_name")}
	if p.session == "" {
		p.startURL = value("sso_start_url")
	}
	if line := value(processKey); line != "" && p.account == "" {
		own, _ := profile.ParseProcess(line)
		p.session, p.account, p.role = own.Session, own.AccountID, own.RoleName
	}
	return p, p.account != "" && p.role != "" && (p.session != "" || p.startURL != "")
}

// withoutOwn returns the roles for which the user has no profile of their own, and reports the
// others. A profile has the role if account and role are equal, and the session or the portal.
func (s *syncer) withoutOwn(fresh []candidateName) []candidateName {
	if len(s.users) == 0 {
		return fresh
	}
	// The key holds a session or a portal, an account and a role.
	type key struct{ session, portal, account, role string }
	names := make(map[key]string, 2*len(s.users))
	add := func(k key, name string) {
		if names[k] == "" {
			names[k] = name
		}
	}
	for _, p := range s.users {
		url := p.startURL
		if p.session != "" {
			add(key{session: p.session, account: p.account, role: p.role}, p.name)
			url = s.startURLs[p.session]
		}
		if url != "" {
			add(key{portal: starturl.Portal(url), account: p.account, role: p.role}, p.name)
		}
	}
	portals := map[*Listing]string{}
	rest := make([]candidateName, 0, len(fresh))
	for _, c := range fresh {
		l, id := c.want.listing, c.want.id
		if _, known := portals[l]; !known {
			portals[l] = starturl.Portal(l.StartURL)
		}
		name := names[key{session: id.session, account: id.account, role: id.role}]
		if name == "" {
			name = names[key{portal: portals[l], account: id.account, role: id.role}]
		}
		if name == "" {
			rest = append(rest, c)
			continue
		}
		s.report.Own = append(s.report.Own, Item{Name: name, Session: id.session, Entry: *c.want.entry})
	}
	return rest
}
