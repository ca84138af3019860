package workspace

import (
	"path/filepath"
	"slices"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/accountindex"
	"github.com/lanyard-cli/lanyard/internal/broker"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// This file finds the facts about roles that rules need: the profiles of a role, the name of an
// account, and its permission sets.

// sameRole reports whether two values are about the same role of the same profile.
func sameRole(a, b broker.Role) bool { return a.Profile == b.Profile && key(a) == key(b) }

// key returns a text that identifies a role.
func key(r broker.Role) string {
	if r.ARN != "" {
		return strings.ToLower(r.ARN)
	}
	return strings.ToLower(r.AccountID + "\x00" + r.RoleName)
}

// aliases returns the names of all profiles of the config with the same role. So a rule about a
// profile also applies to a copy of the profile under another name.
func (g *Guard) aliases(r broker.Role) ([]string, error) {
	if r.AccountID == "" || r.RoleName == "" {
		return nil, nil
	}
	if g.names != nil {
		return g.names[key(r)], nil
	}
	names := map[string][]string{}
	add := func(name string, r broker.Role) {
		names[key(r)] = append(names[key(r)], name)
	}
	for _, in := range g.configs() {
		if err := rolesOf(in, add); err != nil {
			return nil, err
		}
	}
	g.names = names
	return names[key(r)], nil
}

// configs returns the config in use. If a variable names another file, it also returns the usual
// config, so that a copy of a profile in another file has the rules of the profile.
func (g *Guard) configs() []profile.Inputs {
	configs := []profile.Inputs{g.w.In}
	usual := g.w.In
	usual.LookupEnv = func(name string) (string, bool) {
		if name == "AWS_CONFIG_FILE" || name == "AWS_SHARED_CREDENTIALS_FILE" {
			return "", false
		}
		return g.w.In.LookupEnv(name)
	}
	config, credentials := profile.Paths(usual.LookupEnv)
	if config != g.w.In.Config.Path || credentials != g.w.In.Credentials.Path {
		usual.Config, usual.Credentials = readConfig(config, false, ""), readConfig(credentials, true, "")
		configs = append(configs, usual)
	}
	return configs
}

// rolesOf calls add with the role of each profile.
func rolesOf(in profile.Inputs, add func(name string, r broker.Role)) error {
	all, err := profileSettings(in)
	if err != nil {
		return err
	}
	for name, own := range all {
		if own["include_profile"] == "" && own["credential_process"] == "" {
			if own["role_arn"] != "" {
				add(name, broker.Role{ARN: own["role_arn"]})
			}
			add(name, broker.Role{AccountID: own["sso_account_id"], RoleName: own["sso_role_name"]})
			continue
		}
		in.Profile = name
		p, _, err := profile.Resolve(in)
		if p == nil || err != nil {
			continue // no program gets credentials for the profile
		}
		chain, _, err := p.Chain()
		if err != nil {
			continue
		}
		if n := len(chain.Roles); n > 0 {
			add(name, broker.Role{ARN: chain.Roles[n-1].ARN})
		} else if start := chain.Start.Profile; start != nil {
			add(name, broker.Role{AccountID: start.AccountID, RoleName: start.RoleName})
		}
	}
	return nil
}

// indexes opens the lists of accounts of the portal in use. The caller closes them.
func (g *Guard) indexes() []*accountindex.Index {
	set, err := g.w.Settings(g.p.ForSession())
	if err != nil {
		return nil
	}
	return accountindex.All(filepath.Join(g.w.Home, ".aws", "lanyard", "inventory"), ssocache.EndpointAt(set.Portal.URL, set.Portal.Env).Origin)
}

// accountName returns the name of an account in the stored lists, or "".
func (g *Guard) accountName(id string) (name string) {
	for _, x := range g.indexes() {
		x.Entries(func(e accountindex.Entry) bool {
			if e.AccountID == id {
				name = e.AccountName
			}
			return name == ""
		})
		x.Close()
		if name != "" {
			break
		}
	}
	return name
}

// permissionSets returns the permission sets of an account in the stored list of a session.
func (g *Guard) permissionSets(s profile.Session, account string) (roles []string) {
	keys := append([]string{s.Key()}, g.w.Siblings(s)...)
	for _, x := range g.indexes() {
		if slices.Contains(keys, x.Source.Session) {
			x.Entries(func(e accountindex.Entry) bool {
				if e.AccountID == account && e.Role != "" {
					roles = append(roles, e.Role)
				}
				return true
			})
		}
		x.Close()
	}
	return roles
}
