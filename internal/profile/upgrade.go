// This file moves legacy profiles to an [sso-session].

package profile

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// AccessScope is the scope that makes a token refreshable.
const AccessScope = "sso:account:access"

// An Upgrade moves the legacy profiles of one portal and region to an [sso-session]. Every
// SDK can refresh the tokens of an [sso-session].
type Upgrade struct {
	Session   Session // the new session of the profiles; its Name is set
	New       bool    // the session is not in the config yet
	Profiles  []string
	Spellings []string           // the start URLs as the profiles spell them
	Changes   []awsconfig.Change // of the config file
}

// Upgrades returns the upgrades for the legacy profiles of a start URL, or of all start URLs
// if startURL is "". It uses a session of the same portal and region if the config has one.
// Otherwise it creates a session with the normal form of the start URL. The first new session
// gets the name name. If name is "", the start URL determines the name. The refresh settings
// of the profiles move to the session. An error is an *[Error].
func Upgrades(in Inputs, startURL, name string) ([]Upgrade, []Warning, error) {
	r := &resolver{Inputs: in}
	files, err := r.readAll()
	if err != nil {
		return nil, r.warnings, err
	}
	u := upgrader{resolver: r, files: files, name: name}
	for _, name := range files.names {
		own := files.profiles[name]
		url, ok := own.get("sso_start_url")
		if !ok || own.has("sso_session") || startURL != "" && !starturl.Same(url.Value, startURL) {
			continue
		}
		u.profile(name, own)
	}
	for i := range u.list {
		u.refresh(&u.list[i])
	}
	return u.list, r.warnings, nil
}

// An upgrader groups the profiles by portal and region.
type upgrader struct {
	*resolver
	files *allFiles
	name  string // for the next new session
	list  []Upgrade
}

func (u *upgrader) profile(name string, own settings) {
	url, region, missing := urlAndRegion(own.get)
	switch {
	case missing != nil:
		u.warn(Warning{Text: "profile " + name + " is not changed: it lacks " + strings.Join(missing, ", ")})
		return
	case url.source == CredentialsFile || region.source == CredentialsFile:
		u.warn(Warning{
			Text: place(url) + ": profile " + name + " is not changed: its SSO settings are in the credentials file",
			Hint: "move its SSO settings to the config file",
		})
		return
	}
	s := u.basic(nil, url, region)
	if !validRegion(s.Region) {
		u.warn(Warning{Text: place(region) + ": profile " + name + " is not changed: " + strconv.Quote(s.Region) + " is not a region"})
		return
	}
	up := u.upgrade(s)
	if f, ok := own.get("sso_registration_scopes"); ok && up.New {
		for _, scope := range SplitScopes(f.Value) {
			if !slices.Contains(up.Session.Scopes, scope) {
				up.Session.Scopes = append(up.Session.Scopes, scope)
			}
		}
	}
	up.Profiles = append(up.Profiles, name)
	if !slices.Contains(up.Spellings, s.StartURL) {
		up.Spellings = append(up.Spellings, s.StartURL)
	}
	up.change(name, "sso_session", up.Session.Name)
	for _, key := range []string{"sso_start_url", "sso_region", "sso_registration_scopes", autoRefreshKey, refreshWindowKey, sessionDurationKey} {
		if _, ok := own.config.Get(key); ok {
			up.Changes = append(up.Changes, awsconfig.Change{Kind: awsconfig.Profile, Name: name, Key: key, Remove: true})
		}
	}
}

func (u *Upgrade) change(profile, key, value string) {
	u.Changes = append(u.Changes, awsconfig.Change{Kind: awsconfig.Profile, Name: profile, Key: key, Value: value})
}

// upgrade returns the entry for the session's portal and region. If the list has no such entry,
// it adds the entry.
func (u *upgrader) upgrade(s Session) *Upgrade {
	for i := range u.list {
		if u.list[i].Session.SharesLogin(s) {
			return &u.list[i]
		}
	}
	up := Upgrade{Session: s, New: true}
	for _, section := range u.files.sessions {
		get := func(key string) (foundSetting, bool) { return sectionSetting(section, key, ConfigFile) }
		url, region, missing := urlAndRegion(get)
		if missing != nil {
			continue
		}
		if known := u.basic(section, url, region); known.SharesLogin(s) {
			up.Session, up.New = known, false
			break
		}
	}
	if up.New {
		up.Session.StartURL = starturl.Portal(s.StartURL)
		up.Session.Name, u.name = u.unused(u.name, s.StartURL), ""
		up.Session.Scopes = []string{AccessScope}
	}
	u.list = append(u.list, up)
	return &u.list[len(u.list)-1]
}

// unused returns a session name that is not in use. It returns name, or the first part of the
// start URL's host if name is "". It appends a number if needed.
func (u *upgrader) unused(name, startURL string) string {
	if name == "" {
		name, _, _ = strings.Cut(StartURLHost(startURL), ".")
	}
	if name == "" {
		name = "sso"
	}
	taken := func(name string) bool {
		for _, up := range u.list {
			if up.Session.Name == name {
				return true
			}
		}
		return u.files.session(name) != nil
	}
	for n, base := 2, name; taken(name); n++ {
		name = base + "-" + strconv.Itoa(n)
	}
	return name
}

// refresh adds the changes of the session itself: the settings of a new session, and the
// refresh settings of its profiles.
func (u *upgrader) refresh(up *Upgrade) {
	section := u.files.session(up.Session.Name)
	var profiles []settings
	for _, name := range up.Profiles {
		profiles = append(profiles, u.files.profiles[name])
	}
	sum := u.gather(section, profiles...)
	up.Session = up.Session.withSettings(sum)
	set := func(key, value string) {
		up.Changes = append(up.Changes, awsconfig.Change{Kind: awsconfig.SSOSession, Name: up.Session.Name, Key: key, Value: value})
	}
	if up.New {
		set("sso_start_url", up.Session.StartURL)
		set("sso_region", up.Session.Region)
		set("sso_registration_scopes", strings.Join(up.Session.Scopes, ", "))
	}
	if sum.auto != Unset {
		set(autoRefreshKey, strconv.FormatBool(sum.auto == On))
	}
	if sum.hasWindow {
		set(refreshWindowKey, strconv.FormatInt(int64(sum.window/time.Second), 10))
	}
	if sum.duration > 0 {
		set(sessionDurationKey, strconv.FormatInt(int64(sum.duration/time.Second), 10))
	}
}
