package workspace

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// RoleNames finds the role of an entry in the role cache. The file name of an entry is a hash
// of account, role and session. Only the config has the names.
type RoleNames struct {
	files map[string]configuredRole
	names []string // of all roles in the config
}

// A configuredRole is the role of a profile.
type configuredRole struct {
	account, name string
	sessions      []string // the keys of the sessions with which profiles use the role
}

// RoleNames reads the roles of all profiles, in one pass.
func (w *Workspace) RoleNames() (RoleNames, error) {
	known := RoleNames{files: map[string]configuredRole{}}
	uses, err := w.QuietSessions()
	if err != nil {
		return known, err
	}
	settings, err := w.profileSettings()
	if err != nil {
		return known, err
	}
	for _, u := range uses {
		keys := append([]string{u.Key()}, w.Siblings(u.Session)...)
		for _, name := range u.Profiles {
			own := settings[name]
			file := ssocache.RoleName(own["sso_account_id"], own["sso_role_name"], u.Name, own["sso_start_url"])
			known.files[file] = configuredRole{own["sso_account_id"], own["sso_role_name"], keys}
			known.names = append(known.names, own["sso_role_name"])
		}
	}
	slices.Sort(known.names)
	known.names = slices.Compact(known.names)
	return known, nil
}

// Uses reports whether a profile of the session uses the entry.
func (known RoleNames) Uses(file string, s profile.Session) bool {
	return slices.Contains(known.files[file].sessions, s.Key())
}

// Of returns the account and the name of an entry's role. account is the account in the entry
// itself. The name is "" if no profile has the role.
func (known RoleNames) Of(file string, s profile.Session, account string) (accountID, name string) {
	if r, ok := known.files[file]; ok {
		return r.account, r.name
	}
	for _, name := range known.names {
		if ssocache.RoleName(account, name, s.Name, s.StartURL) == file {
			return account, name
		}
	}
	return account, ""
}
