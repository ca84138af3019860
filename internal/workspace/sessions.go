package workspace

import (
	"slices"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Sessions lists the sessions of the config and who uses them, and tells what is
// wrong with any. It reads the whole file, once.
func (w *Workspace) Sessions() ([]profile.SessionUse, error) {
	uses, err := w.QuietSessions()
	w.Warn(w.Unsaid)
	return uses, err
}

// QuietSessions is sessions for a command that uses one profile: the mistakes of
// the others are not its business.
func (w *Workspace) QuietSessions() ([]profile.SessionUse, error) {
	if w.Loaded {
		return w.uses, nil
	}
	uses, warnings, err := profile.Sessions(w.In)
	if err != nil {
		return nil, err
	}
	w.uses, w.Unsaid, w.Loaded = uses, warnings, true
	return uses, nil
}

// Siblings gives the other names of a session for the broker. Each spelling of the
// start URL in a legacy profile is such a name. They belong to the first sso-session of
// the same portal and region: two sso-sessions are two sign-ins, possibly of two people,
// and must not meet through them.
func (w *Workspace) Siblings(s profile.Session) []string {
	uses, err := w.QuietSessions()
	if err != nil {
		w.App.Log.Debug("the config does not tell the session's other names", "error", err)
		return nil
	}
	var named, spellings []string
	for _, u := range uses {
		switch {
		case !u.SharesLogin(s):
		case u.Name == "":
			spellings = u.Spellings
		default:
			named = append(named, u.Name)
		}
	}
	switch {
	case s.Name == "":
		others := slices.DeleteFunc(slices.Clone(spellings), func(url string) bool { return url == s.StartURL })
		return append(others, named[:min(1, len(named))]...)
	case len(named) > 0 && named[0] == s.Name:
		return spellings
	}
	return nil
}

// ResolveForLogin resolves the profile for a sign-in, which needs less of it
// than credentials do.
func (w *Workspace) ResolveForLogin() (*profile.Profile, error) {
	p, warnings, err := profile.Resolve(w.In)
	w.Warn(warnings)
	if p == nil {
		return nil, err
	}
	return p, nil
}

// PreferNamed signs in a legacy profile under the sso-session of the same start
// URL and region where the config has one: the SDKs refresh only that.
func (w *Workspace) PreferNamed(s profile.Session) profile.Session {
	if s.Name != "" {
		return s
	}
	uses, err := w.QuietSessions()
	if err != nil {
		return s
	}
	for _, u := range uses {
		if u.Name != "" && u.SharesLogin(s) {
			return u.Session
		}
	}
	return s
}

// Distinct picks one session for each portal and region, an sso-session before a
// legacy one. Several sso-sessions of one portal stay apart.
func Distinct(uses []profile.SessionUse) []profile.Session {
	var out []profile.Session
	for _, u := range uses {
		same := func(o profile.SessionUse) bool { return o.Name != "" && o.SharesLogin(u.Session) }
		if u.Session.Name == "" && slices.ContainsFunc(uses, same) {
			continue
		}
		out = append(out, u.Session)
	}
	return out
}

// UseOf finds the session in the list. The zero use is that of none.
func UseOf(uses []profile.SessionUse, s profile.Session) profile.SessionUse {
	for _, u := range uses {
		if u.Session.Same(s) {
			return u
		}
	}
	return profile.SessionUse{}
}

// profileSettings returns what both files say of every profile, in one pass: a
// look-up for each of ten thousand would take a minute.
func (w *Workspace) profileSettings() (map[string]map[string]string, error) {
	all := map[string]map[string]string{}
	for _, doc := range []*awsconfig.Doc{w.In.Config, w.In.Credentials} { // the latter counts
		sections, _, err := doc.All()
		if err != nil {
			return nil, err
		}
		for _, section := range sections {
			if section.Kind != awsconfig.Profile {
				continue
			}
			if all[section.Name] == nil {
				all[section.Name] = map[string]string{}
			}
			for _, v := range section.Settings {
				all[section.Name][v.Key] = v.Value
			}
		}
	}
	return all, nil
}

// RoleFiles returns the names of the role-cache files that the AWS CLI writes for
// the profiles of a session.
func (w *Workspace) RoleFiles(s profile.Session) ([]string, error) {
	uses, err := w.QuietSessions()
	if err != nil {
		return nil, err
	}
	keys := append([]string{s.Key()}, w.Siblings(s)...)
	settings, err := w.profileSettings()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, u := range uses {
		if !slices.Contains(keys, u.Key()) && !u.Session.Same(s) {
			continue
		}
		for _, name := range u.Profiles {
			own := settings[name]
			names = append(names, ssocache.RoleName(own["sso_account_id"], own["sso_role_name"], u.Name, own["sso_start_url"]))
		}
	}
	return names, nil
}
