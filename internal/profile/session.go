package profile

import (
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// A Session is what one signs in to: a start URL in a region. It has a name if an
// [sso-session] says so, and none if profiles carry the start URL themselves, the
// legacy form.
type Session struct {
	Name             string // of the [sso-session]; "" for a legacy one
	StartURL, Region string // as configured

	// Scopes is sso_registration_scopes, split on commas and trimmed. nil means
	// none are configured.
	Scopes []string

	// AutoRefresh, RefreshWindow and Duration are the settings of the profile in
	// use, or else of the [sso-session]. A list of [Sessions] has no profile in use:
	// there the section and all profiles of the session count together. On counts
	// before Off, and the largest number counts.
	AutoRefresh   AutoRefresh
	RefreshWindow time.Duration // 0 means not configured, or HasWindow and really 0
	HasWindow     bool          // sso_refresh_window is configured

	// Duration is how long the access portal lets a user stay signed in, by
	// sso_session_duration; 0 means not configured.
	Duration time.Duration

	// AutoLogin is auto_login: a command that finds the session ended may sign in.
	// It is false in a list of [Sessions].
	AutoLogin bool

	// Path and Line are where the [sso-session] stands, or the sso_start_url of a
	// legacy one.
	Path string
	Line int
}

// Key returns what names the session's token in the cache: its name, or the start
// URL of a legacy one.
func (s Session) Key() string {
	if s.Name != "" {
		return s.Name
	}
	return s.StartURL
}

// SharesLogin reports whether a token for one of the sessions is good for the
// other: same portal, however its start URL is spelled, and same region.
func (s Session) SharesLogin(t Session) bool {
	return s.Region == t.Region && starturl.Same(s.StartURL, t.StartURL)
}

// Same reports whether the two are one session: the same [sso-session], or legacy
// sessions of one portal.
func (s Session) Same(t Session) bool { return s.Name == t.Name && s.SharesLogin(t) }

// SessionNamed returns the session of an [sso-session], for --sso-session. The
// errors are those of `aws sso login`; an error is an *[Error].
func SessionNamed(in Inputs, name string) (*Session, []Warning, error) {
	r := &resolver{Inputs: in}
	s, err := r.namedSession(name, settings{})
	if err != nil {
		return nil, r.warnings, err
	}
	return &s, r.warnings, nil
}

// namedSession returns the session to sign in to. The settings are of a profile that
// uses it, if any.
func (r *resolver) namedSession(name string, user settings) (Session, error) {
	section, err := r.session(name)
	if err != nil {
		return Session{}, err
	}
	if section == nil {
		return Session{}, r.noSession(name, 253)
	}
	url, region, missing := urlAndRegion(func(key string) (found, bool) { return in(section, key, ConfigFile) })
	if missing != nil {
		return Session{}, &Error{
			Msg: "Missing the following required SSO configuration values: " + strings.Join(missing, ", ") + ".", Code: 253,
			Hint: "add it to [sso-session " + name + "] in " + section.Path,
		}
	}
	return r.build(section, url, region, user)
}

// urlAndRegion returns the two settings that every session needs. An empty one is
// as good as none.
func urlAndRegion(get func(key string) (found, bool)) (url, region found, missing []string) {
	for _, want := range []struct {
		key string
		f   *found
	}{{"sso_start_url", &url}, {"sso_region", &region}} {
		f, ok := get(want.key)
		if !ok || f.Value == "" {
			missing = append(missing, want.key)
		}
		*want.f = f
	}
	return url, region, missing
}

// build makes the session. The section is nil for a legacy one; the settings are
// of a profile that uses it, if any.
func (r *resolver) build(section *awsconfig.Section, url, region found, user settings) (Session, error) {
	s := r.bare(section, url, region)
	if !validRegion(s.Region) {
		return Session{}, badRegion(s.Region, place(region))
	}
	s.AutoLogin = r.autoLogin(section, user)
	return s.with(r.refresh(section, user)), nil
}

// bare makes the session from its own section; nil for a legacy one.
func (r *resolver) bare(section *awsconfig.Section, url, region found) Session {
	s := Session{StartURL: url.Value, Region: r.clean(region, validRegion), Path: url.path, Line: url.Line}
	if section != nil {
		s.Name, s.Path, s.Line = section.Name, section.Path, section.Line
		if f, ok := in(section, "sso_registration_scopes", ConfigFile); ok {
			s.Scopes = r.scopes(f)
		}
	}
	return s
}

func (s Session) with(set refreshSettings) Session {
	s.AutoRefresh, s.RefreshWindow, s.HasWindow, s.Duration = set.auto, set.window, set.hasWindow, set.duration
	return s
}

// SplitScopes splits a list of scopes on its commas. It is never nil, so that an
// empty setting differs from none.
func SplitScopes(list string) []string {
	scopes := []string{}
	for scope := range strings.SplitSeq(list, ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}
