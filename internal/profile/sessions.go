package profile

import (
	"strconv"
	"strings"

	"lanyard/internal/awsconfig"
)

// A SessionUse is a session and the profiles that use it, in the order of the
// files.
type SessionUse struct {
	Session
	Profiles []string
}

// Sessions returns every session of the files: each [sso-session], used or not, in
// the order of the config, then the legacy ones in the order of their first
// profiles. Two are distinct if name, start URL or region differ; those for which
// [Session.SharesLogin] holds need one sign-in. What is incomplete is left out with
// a warning. An error is an *[Error].
func Sessions(in Inputs) ([]SessionUse, []Warning, error) {
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return nil, r.warnings, err
	}
	l := listing{resolver: r, world: w, refreshOf: make(map[string]refreshSettings)}
	for _, section := range w.sessions {
		if err := l.session(section); err != nil {
			return nil, r.warnings, err
		}
	}
	for _, name := range w.names {
		if err := l.profile(name, w.profiles[name]); err != nil {
			return nil, r.warnings, err
		}
	}
	return l.uses, r.warnings, nil
}

// A listing is a list of sessions that is being made.
type listing struct {
	*resolver
	world     *world
	uses      []SessionUse
	refreshOf map[string]refreshSettings // by start URL
}

func (l *listing) session(section *awsconfig.Section) error {
	get := func(key string) (found, bool) { return in(section, key, ConfigFile) }
	s, ok := l.complete("[sso-session "+section.Name+"]", section, get)
	if !ok {
		return nil
	}
	_, err := l.add(s)
	return err
}

func (l *listing) profile(name string, own settings) error {
	if ref, ok := own.get("sso_session"); ok {
		for i := range l.uses {
			if l.uses[i].Name == ref.Value {
				l.uses[i].Profiles = append(l.uses[i].Profiles, name)
				return nil
			}
		}
		if s, _ := l.world.session(ref.Value); s == nil {
			l.warn(Warning{Text: place(ref) + ": profile " + name + ": there is no [sso-session " + ref.Value + "]"})
		}
		return nil
	}
	if !own.has("sso_start_url") {
		return nil
	}
	s, ok := l.complete("profile "+name, nil, own.get)
	if !ok {
		return nil
	}
	i, err := l.add(s)
	if err != nil {
		return err
	}
	l.uses[i].Profiles = append(l.uses[i].Profiles, name)
	return nil
}

// complete returns the session without its refresh settings, or warns.
func (l *listing) complete(whose string, section *awsconfig.Section, get func(key string) (found, bool)) (Session, bool) {
	url, region, missing := urlAndRegion(get)
	if missing != nil {
		l.warn(Warning{Text: whose + " lacks " + strings.Join(missing, ", ")})
		return Session{}, false
	}
	s := l.bare(section, url, region)
	if !validRegion(s.Region) {
		l.warn(Warning{Text: place(region) + ": " + strconv.Quote(s.Region) + " is not a region"})
		return Session{}, false
	}
	return s, true
}

// add returns the index of the session, which is a new one if there is none like it.
func (l *listing) add(s Session) (int, error) {
	for i, u := range l.uses {
		if u.Name == s.Name && u.SharesLogin(s) {
			return i, nil
		}
	}
	set, ok := l.refreshOf[s.StartURL]
	if !ok {
		var err error
		if set, err = l.world.refresh(s.StartURL); err != nil {
			return 0, err
		}
		l.refreshOf[s.StartURL] = set
	}
	l.uses = append(l.uses, SessionUse{Session: s.with(set)})
	return len(l.uses) - 1, nil
}
