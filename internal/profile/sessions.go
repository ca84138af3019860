package profile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// A SessionUse is a session and the profiles that use it, in the order of the
// files.
type SessionUse struct {
	Session
	Profiles []string

	// Spellings are the start URLs of a legacy session as its profiles have them,
	// Session.StartURL first. Each is the name of a token file.
	Spellings []string

	section *awsconfig.Section // nil for a legacy session
}

// Sessions returns every session of the files: each [sso-session], used or not, in
// the order of the config, then the legacy ones in the order of their first
// profiles. Two are distinct if name, portal or region differ: see [Session.Same].
// Those for which [Session.SharesLogin] holds need one sign-in. What is incomplete is
// left out with a warning. An error is an *[Error].
func Sessions(in Inputs) ([]SessionUse, []Warning, error) {
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return nil, r.warnings, err
	}
	l := listing{resolver: r, world: w}
	for _, section := range w.sessions {
		l.session(section)
	}
	for _, name := range w.names {
		l.profile(name)
	}
	for i := range l.uses {
		u := &l.uses[i]
		var profiles []settings
		for _, name := range u.Profiles {
			profiles = append(profiles, w.profiles[name])
		}
		u.Session = u.Session.with(r.gather(u.section, profiles...))
	}
	return l.uses, r.warnings, nil
}

// A listing is a list of sessions that is being made.
type listing struct {
	*resolver
	world *world
	uses  []SessionUse
}

func (l *listing) session(section *awsconfig.Section) {
	get := func(key string) (found, bool) { return in(section, key, ConfigFile) }
	if s, ok := l.complete("[sso-session "+section.Name+"]", section, get); ok {
		l.add(s).section = section
	}
}

func (l *listing) profile(name string) {
	own, ref, named := l.world.sessionOf(l.resolver, name)
	if named {
		for i := range l.uses {
			if l.uses[i].Name == ref.Value {
				l.uses[i].Profiles = append(l.uses[i].Profiles, name)
				return
			}
		}
		if s, _ := l.world.session(ref.Value); s == nil {
			l.warn(Warning{Text: place(ref) + ": profile " + name + ": there is no [sso-session " + ref.Value + "]"})
		}
		return
	}
	if !own.has("sso_start_url") {
		return
	}
	if s, ok := l.complete("profile "+name, nil, own.get); ok {
		u := l.add(s)
		u.Profiles = append(u.Profiles, name)
		if !slices.Contains(u.Spellings, s.StartURL) {
			u.Spellings = append(u.Spellings, s.StartURL)
		}
	}
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

// add returns the entry of the session, which is a new one if there is none like it.
func (l *listing) add(s Session) *SessionUse {
	for i := range l.uses {
		if u := &l.uses[i]; u.Session.Same(s) {
			return u
		}
	}
	l.uses = append(l.uses, SessionUse{Session: s})
	return &l.uses[len(l.uses)-1]
}
