// This file reads the whole config and credentials file: it lists the profiles and the
// sessions, and compares profiles with their sessions.

package profile

import (
	"slices"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// A SessionUse is a session with the profiles that use it, in the order of the files.
type SessionUse struct {
	Session
	Profiles []string

	// Spellings holds the start URLs of a legacy session, as its profiles spell them.
	// Session.StartURL is first. Each spelling is the cache key of a token file.
	Spellings []string

	section *awsconfig.Section // nil for a legacy session
}

// Sessions returns all sessions of the files. Every [sso-session] comes first, in the order
// of the config. Then come the legacy sessions, in the order of their first profiles. Two
// sessions are different if their names, portals or regions differ: see [Session.Same].
// Sessions leaves out incomplete sessions, with a warning. An error is an *[Error].
func Sessions(in Inputs) ([]SessionUse, []Warning, error) {
	r := &resolver{Inputs: in}
	files, err := r.readAll()
	if err != nil {
		return nil, r.warnings, err
	}
	l := listing{resolver: r, files: files}
	for _, section := range files.sessions {
		l.session(section)
	}
	for _, name := range files.names {
		l.profile(name)
	}
	for i := range l.uses {
		u := &l.uses[i]
		var profiles []settings
		for _, name := range u.Profiles {
			profiles = append(profiles, files.profiles[name])
		}
		u.Session = u.Session.withSettings(r.gather(u.section, profiles...))
	}
	return l.uses, r.warnings, nil
}

// A listing collects the sessions for [Sessions].
type listing struct {
	*resolver
	files *allFiles
	uses  []SessionUse
}

func (l *listing) session(section *awsconfig.Section) {
	get := func(key string) (foundSetting, bool) { return sectionSetting(section, key, ConfigFile) }
	if s, ok := l.complete("[sso-session "+section.Name+"]", section, get); ok {
		l.add(s).section = section
	}
}

func (l *listing) profile(name string) {
	own, ref, named := l.files.sessionOf(l.resolver, name)
	if named {
		for i := range l.uses {
			if l.uses[i].Name == ref.Value {
				l.uses[i].Profiles = append(l.uses[i].Profiles, name)
				return
			}
		}
		if l.files.session(ref.Value) == nil {
			l.warn(Warning{Text: place(ref) + ": profile " + name + ": [sso-session " + ref.Value + "] does not exist"})
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

// complete returns the session without its refresh settings. It adds a warning and returns
// false if the session is incomplete or its region is invalid.
func (l *listing) complete(whose string, section *awsconfig.Section, get func(key string) (foundSetting, bool)) (Session, bool) {
	url, region, missing := urlAndRegion(get)
	if missing != nil {
		l.warn(Warning{Text: whose + " lacks " + strings.Join(missing, ", ")})
		return Session{}, false
	}
	s := l.basic(section, url, region)
	if !validRegion(s.Region) {
		l.warn(Warning{Text: place(region) + ": " + strconv.Quote(s.Region) + " is not a region"})
		return Session{}, false
	}
	return s, true
}

// add returns the entry of the session. If the listing has no such entry, it adds the entry.
func (l *listing) add(s Session) *SessionUse {
	for i := range l.uses {
		if u := &l.uses[i]; u.Session.Same(s) {
			return u
		}
	}
	l.uses = append(l.uses, SessionUse{Session: s})
	return &l.uses[len(l.uses)-1]
}

// Names returns the names of all profiles. The profiles of the config come first, in the
// order of the file. Then come the profiles that are only in the credentials file. An error
// is an *[Error].
func Names(in Inputs) ([]string, []Warning, error) {
	r := &resolver{Inputs: in}
	files, err := r.readAll()
	if err != nil {
		return nil, r.warnings, err
	}
	return files.names, r.warnings, nil
}

// CheckAgreement returns an error if the change gives a key different values in a profile
// and its session. The AWS CLI and the SDKs reject such a profile. The error is an *[Error]
// with exit code 253.
func CheckAgreement(in Inputs, c awsconfig.Change) error {
	if c.Remove || c.Sub != "" || c.Kind != awsconfig.Profile && c.Kind != awsconfig.SSOSession {
		return nil
	}
	r := &resolver{Inputs: in}
	files, err := r.readAll()
	if err != nil {
		return err
	}
	c.Key = strings.ToLower(c.Key)
	if c.Kind == awsconfig.Profile {
		return files.checkProfile(c)
	}
	return files.checkSession(c)
}

// checkProfile returns an error if the profile's session has another value for the key.
func (files *allFiles) checkProfile(c awsconfig.Change) error {
	ref, _ := files.profiles[c.Name].get("sso_session")
	theirs, ok := files.session(ref.Value).Get(c.Key)
	if !ok || theirs.Value == c.Value {
		return nil
	}
	return &Error{
		Msg: "profile " + c.Name + " would contradict its [sso-session " + ref.Value + "], which has " + c.Key + " = " + theirs.Value +
			" (line " + strconv.Itoa(theirs.Line) + "): the AWS CLI and the SDKs reject such a profile",
		Code: 253, Hint: "change the session instead: lanyard configure set " + c.Key + " VALUE --sso-session " + ref.Value,
	}
}

// checkSession returns an error if a profile of the session has another value for the key.
func (files *allFiles) checkSession(c awsconfig.Change) error {
	var against []string
	for _, name := range files.names {
		own := files.profiles[name]
		ref, _ := own.get("sso_session")
		if mine, ok := own.get(c.Key); ok && ref.Value == c.Name && mine.Value != c.Value {
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
		Msg: "[sso-session " + c.Name + "] would contradict the " + c.Key + " of its profiles " + shown +
			": the AWS CLI and the SDKs reject such profiles",
		Code: 253, Hint: "remove the key from these profiles first: lanyard configure unset " + c.Key + " --profile NAME",
	}
}

// Contradictions returns the sso_ keys whose values differ between a profile of the config
// file and an [sso-session], in the order of the file. If there are such keys, the profile
// cannot use the session.
func Contradictions(in Inputs, profile, session string) ([]string, error) {
	r := &resolver{Inputs: in}
	files, err := r.readAll()
	if err != nil {
		return nil, err
	}
	section := files.session(session)
	if section == nil {
		return nil, nil
	}
	var keys []string
	for _, s := range files.profiles[profile].ownConfig() {
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

// An allFiles holds all profiles and sessions of both files, in the order of the files.
type allFiles struct {
	names    []string // of the profiles; the config's profiles are first
	profiles map[string]settings
	sessions []*awsconfig.Section
}

// readAll reads both files. It ignores a credentials file that cannot be read.
func (r *resolver) readAll() (*allFiles, error) {
	files := &allFiles{profiles: make(map[string]settings)}
	for _, doc := range []*awsconfig.Doc{r.Config, r.Credentials} {
		if err := doc.Unreadable(); err != nil && doc.Credentials {
			r.warn(ignored(err)) // most profiles and all sessions are in the config
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
				files.sessions = append(files.sessions, s)
			case awsconfig.Profile:
				own, known := files.profiles[s.Name]
				if !known {
					files.names = append(files.names, s.Name)
				}
				if doc.Credentials {
					own.credentials = s
				} else {
					own.config = s
				}
				files.profiles[s.Name] = own
			}
		}
	}
	return files, nil
}

// session returns the [sso-session] with this name, or nil.
func (files *allFiles) session(name string) *awsconfig.Section {
	for _, s := range files.sessions {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// sessionOf returns the settings that name a profile's session. They are the settings of the
// profile, or of the profile that its credential_process names. session is the setting that
// names an [sso-session]. ok is false for a legacy profile.
func (files *allFiles) sessionOf(r *resolver, name string) (inProfile settings, session foundSetting, ok bool) {
	inProfile = files.profiles[name]
	for seen := []string{}; !slices.Contains(seen, name); {
		seen = append(seen, name)
		process, line, ours := r.process(inProfile, true)
		if !ours {
			break
		}
		if process.Session != "" {
			line.Value = process.Session
			return inProfile, line, true
		}
		if name = process.Profile; name == "" {
			name, _ = choose("", r.env)
		}
		if _, known := files.profiles[name]; !known {
			break
		}
		inProfile = files.profiles[name]
	}
	session, ok = inProfile.get("sso_session")
	return inProfile, session, ok
}

// A Value is the value of a setting in a profile.
type Value struct{ Profile, Value string }

// Values returns the values of a setting in all profiles, in the order of the files. It reads the
// whole config. An error is an *[Error].
func Values(in Inputs, key string) ([]Value, error) {
	r := &resolver{Inputs: in}
	files, err := r.readAll()
	if err != nil {
		return nil, err
	}
	var values []Value
	for _, name := range files.names {
		if f, ok := files.profiles[name].get(key); ok {
			values = append(values, Value{name, f.Value})
		}
	}
	return values, nil
}
