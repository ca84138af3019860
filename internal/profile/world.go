// What both files say as a whole: all profiles, all sessions with the profiles that use
// them, and whether the two agree.

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
		if l.world.session(ref.Value) == nil {
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

// Names returns the names of all profiles: the config's in the order of the file,
// then the others of the credentials file. An error is an *[Error].
func Names(in Inputs) ([]string, []Warning, error) {
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return nil, r.warnings, err
	}
	return w.names, r.warnings, nil
}

// CheckAgreement refuses a change of a profile or session after which the two
// would contradict each other: the AWS CLI and every SDK refuse such a profile. The
// error is an *[Error] with the code 253. Only changes that give a value can do
// that.
func CheckAgreement(in Inputs, c awsconfig.Change) error {
	if c.Remove || c.Sub != "" || c.Kind != awsconfig.Profile && c.Kind != awsconfig.SSOSession {
		return nil
	}
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return err
	}
	key := strings.ToLower(c.Key)
	if c.Kind == awsconfig.Profile {
		ref, _ := w.profiles[c.Name].get("sso_session")
		session := w.session(ref.Value)
		if theirs, ok := session.Get(key); ok && theirs.Value != c.Value {
			return &Error{
				Msg: "profile " + c.Name + " would contradict its [sso-session " + ref.Value + "], which says " + key + " = " + theirs.Value +
					" (line " + strconv.Itoa(theirs.Line) + "): the AWS CLI and the SDKs refuse such a profile",
				Code: 253, Hint: "change the session instead: --sso-session " + ref.Value,
			}
		}
		return nil
	}
	var against []string
	for _, name := range w.names {
		own := w.profiles[name]
		ref, _ := own.get("sso_session")
		if mine, ok := own.get(key); ok && ref.Value == c.Name && mine.Value != c.Value {
			against = append(against, name)
		}
	}
	if against == nil {
		return nil
	}
	shown := strings.Join(against[:min(3, len(against))], ", ")
	if len(against) > 3 {
		shown += " and " + strconv.Itoa(len(against)-3) + " more"
	}
	return &Error{
		Msg: "[sso-session " + c.Name + "] would contradict the " + key + " of its profiles " + shown +
			": the AWS CLI and the SDKs refuse such profiles",
		Code: 253, Hint: "remove it from them first: configure unset " + key + " --profile NAME",
	}
}

// Contradictions returns the sso_ keys of the profile in the config file that say
// something else than the [sso-session] of the name, in the order of the file:
// with them, it could not use that session.
func Contradictions(in Inputs, profile, session string) ([]string, error) {
	r := &resolver{Inputs: in}
	w, err := r.world()
	if err != nil {
		return nil, err
	}
	section := w.session(session)
	if section == nil {
		return nil, nil
	}
	var keys []string
	for _, s := range w.profiles[profile].ownConfig() {
		if theirs, ok := section.Get(s.Key); ok && strings.HasPrefix(s.Key, "sso_") && theirs.Value != s.Value && !slices.Contains(keys, s.Key) {
			keys = append(keys, s.Key)
		}
	}
	return keys, nil
}

func (s settings) ownConfig() []awsconfig.Setting {
	if s.config == nil {
		return nil
	}
	return s.config.Settings
}

// A world is everything that both files say, in their order.
type world struct {
	names    []string // of profiles: the config's, then the others of the credentials file
	profiles map[string]settings
	sessions []*awsconfig.Section
}

func (r *resolver) world() (*world, error) {
	w := &world{profiles: make(map[string]settings)}
	for _, doc := range []*awsconfig.Doc{r.Config, r.Credentials} {
		if err := doc.Unreadable(); err != nil && doc.Credentials {
			r.warn(goesOnWithout(err)) // profiles and sessions are in the config
			continue
		}
		sections, problems, err := doc.All()
		r.warnOf(problems)
		if err != nil {
			return nil, unreadable(err)
		}
		for _, s := range sections {
			switch s.Kind {
			case awsconfig.SSOSession:
				w.sessions = append(w.sessions, s)
			case awsconfig.Profile:
				own, known := w.profiles[s.Name]
				if !known {
					w.names = append(w.names, s.Name)
				}
				if doc.Credentials {
					own.credentials = s
				} else {
					own.config = s
				}
				w.profiles[s.Name] = own
			}
		}
	}
	return w, nil
}

// session returns the [sso-session] of the name, or nil.
func (w *world) session(name string) *awsconfig.Section {
	for _, s := range w.sessions {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// sessionOf returns where a profile's session is named: its own settings, or those of
// the profile that its credential_process names. session is the setting that names an
// [sso-session]; ok is false for a legacy profile.
func (w *world) sessionOf(r *resolver, name string) (own settings, session found, ok bool) {
	own = w.profiles[name]
	for seen := []string{}; !slices.Contains(seen, name); {
		seen = append(seen, name)
		process, line, ours := r.process(own, true)
		if !ours {
			break
		}
		if process.Session != "" {
			line.Value = process.Session
			return own, line, true
		}
		if name = process.Profile; name == "" {
			name, _ = choose("", r.env)
		}
		if _, known := w.profiles[name]; !known {
			break
		}
		own = w.profiles[name]
	}
	session, ok = own.get("sso_session")
	return own, session, ok
}
