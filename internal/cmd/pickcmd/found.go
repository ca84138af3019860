// This file reads the accounts and roles that "lanyard accounts" has listed.

package pickcmd

import (
	"cmp"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/inventory"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
	"github.com/lanyard-cli/lanyard/internal/workspace"
)

// foundRoles returns the listed roles of the sessions of the config, sorted by session, account
// name, account id and role. It reads only the indexes of the lists. If an index cannot be read,
// the menu has no roles of its session.
func foundRoles(w *workspace.Workspace, profiles []entry) (roles []entry) {
	if w.NoHome != nil {
		return nil
	}
	indexes := accountindex.All(inventory.Folder(w.Home), portalOrigin(w, profiles))
	slices.SortFunc(indexes, func(a, b *accountindex.Index) int { return cmp.Compare(a.Source.Session, b.Source.Session) })
	for _, x := range indexes {
		session, known := sessionEntry(w, profiles, x.Source.Session)
		for e := range x.Entries {
			if !known {
				break
			}
			if !profile.ValidRoleName(e.Role) || !profile.ValidAccountID(e.AccountID) {
				continue // no role, or a name that a shell would not pass on as one word
			}
			if len(roles) == cap(roles) {
				roles = slices.Grow(roles, max(len(roles), 1000))
			}
			session.AccountID, session.AccountName, session.RoleName = e.AccountID, e.AccountName, e.Role
			roles = append(roles, session)
		}
		x.Close()
	}
	return roles
}

// sessionEntry returns an entry with the session of an index. known is false if the config no longer
// has the session.
func sessionEntry(w *workspace.Workspace, profiles []entry, session string) (e entry, known bool) {
	if !strings.Contains(session, "://") {
		awsconfig.Entries(w.In.Config.Path, false, awsconfig.SSOSession, session, func(s awsconfig.Entry) { known = known || s.Name == session })
		return entry{Session: session}, known
	}
	for _, p := range profiles {
		if p.Session == "" && p.StartURL != "" && starturl.Same(p.StartURL, session) {
			return entry{StartURL: p.StartURL, SSORegion: p.SSORegion}, true
		}
	}
	return entry{}, false
}

// portalOrigin returns the origin of the portal that the environment or the profile in use chooses.
func portalOrigin(w *workspace.Workspace, profiles []entry) string {
	in := w.In
	name := profile.Name(in.Profile, in.LookupEnv)
	if !slices.ContainsFunc(profiles, func(p entry) bool { return p.Name == name }) {
		// Only the environment can choose. With the files, Resolve would look for mistakes in every
		// profile, which takes long.
		in.Config, in.Credentials, in.New = awsconfig.NewDoc(in.Config.Path, false, ""), awsconfig.NewDoc(in.Credentials.Path, true, ""), true
	}
	p, _, err := profile.Resolve(in)
	if err != nil {
		w.App.Log.Debug("the endpoint of the portal is not known", "error", err)
		return ssocache.AWS
	}
	e, err := p.Endpoint("SSO")
	if err != nil {
		w.App.Log.Debug("the endpoint of the portal is not known", "error", err)
		return ssocache.AWS
	}
	origin := ssocache.EndpointAt(e.URL, e.Env).Origin
	if _, portal := idcenter.AtOwnEndpoint(origin); portal {
		return ssocache.AWS
	}
	return origin
}
