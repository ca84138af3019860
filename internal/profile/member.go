package profile

import "lanyard/internal/awsconfig"

// A member is a section that may belong to a start URL: a profile or a session.
type member struct {
	kind awsconfig.Kind
	name string
}

// manyMembers is how many sections are looked up one by one before reading all of
// them is cheaper.
const manyMembers = 4

// addMember adds what the member says, if it belongs to the start URL. It keeps
// quiet about other problems of the section: it is not the one that was asked for.
func (r *resolver) addMember(sum *refreshSettings, url string, m member) error {
	quiet := resolver{Inputs: r.Inputs, sessions: r.sessions}
	switch m.kind {
	case awsconfig.SSOSession:
		section, err := quiet.session(m.name)
		if err != nil {
			return err
		}
		return addSession(sum, url, section)
	case awsconfig.Profile:
		own, err := quiet.profile(m.name)
		if err != nil {
			return err
		}
		return addProfile(sum, url, own, quiet.session)
	}
	return nil
}

func addSession(sum *refreshSettings, url string, section *awsconfig.Section) error {
	if f, _ := section.Get("sso_start_url"); f.Value != url {
		return nil
	}
	return sum.addFrom(func(key string) (found, bool) { return in(section, key, ConfigFile) })
}

func addProfile(sum *refreshSettings, url string, own settings, session func(string) (*awsconfig.Section, error)) error {
	if !own.has(autoRefreshKey) && !own.has(refreshWindowKey) && !own.has(sessionDurationKey) {
		return nil
	}
	start, _ := own.get("sso_start_url")
	if ref, ok := own.get("sso_session"); ok {
		section, err := session(ref.Value)
		if err != nil {
			return err
		}
		if f, ok := section.Get("sso_start_url"); ok {
			start.Setting = f
		}
	}
	if start.Value != url {
		return nil
	}
	return sum.addFrom(own.get)
}

// refreshOfAll is refresh over everything in the files.
func (r *resolver) refreshOfAll(url string) (refreshSettings, error) {
	var sum refreshSettings
	quiet := resolver{Inputs: r.Inputs}
	w, err := quiet.world()
	if err != nil {
		return sum, err
	}
	return w.refresh(url)
}
