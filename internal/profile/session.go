// What a session of Identity Center is, and which one a profile uses.

package profile

import (
	"strconv"
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

// defaultWindow is the AWS CLI's: it renews a token with less left.
const defaultWindow = 15 * time.Minute

// Window is how much of a token's life must be left for it not to be renewed:
// sso_refresh_window, or 15 minutes.
func (s Session) Window() time.Duration {
	if !s.HasWindow {
		return defaultWindow
	}
	return s.RefreshWindow
}

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

// sso fills in account, role and session of a profile that has some of the keys
// for it. The errors are those of the AWS CLI's credential provider, code 255.
func (r *resolver) sso(p *Profile) error {
	own := p.settings
	if !own.has("sso_account_id") && !own.has("sso_role_name") {
		return nil
	}
	var section *awsconfig.Section
	if ref, ok := own.get("sso_session"); ok {
		var err error
		if section, err = r.session(ref.Value); err != nil {
			return err
		}
		if section == nil {
			return r.noSession(ref.Value, 255)
		}
		if err := r.consistent(own, section); err != nil {
			return err
		}
	}
	get := func(key string) (found, bool) {
		if f, ok := in(section, key, ConfigFile); ok {
			return f, true
		}
		return own.get(key)
	}
	var missing []string
	role, _ := get("sso_role_name")
	if role.Value == "" {
		missing = append(missing, "sso_role_name")
	}
	account, _ := get("sso_account_id")
	if account.Value == "" {
		missing = append(missing, "sso_account_id")
	}
	url, region, lacking := urlAndRegion(get)
	if missing = append(missing, lacking...); len(missing) > 0 {
		return &Error{
			Msg: "The profile \"" + p.Name + "\" is configured to use SSO but is missing required configuration: " +
				strings.Join(missing, ", "),
			Code: 255,
		}
	}
	id := r.clean(account, ValidAccountID)
	if !ValidAccountID(id) {
		return &Error{
			Msg: place(account) + ": an account id has 12 digits: " + strconv.Quote(id), Code: 255,
			Hint: "a spreadsheet drops zeros at the front",
		}
	}
	session, err := r.build(section, url, region, own)
	if err != nil {
		return err
	}
	p.Session, p.AccountID, p.RoleName = session, id, role.Value
	return nil
}

// consistent checks that the profile contradicts its session in nothing. For
// settings of ours that is a warning: see twice.
func (r *resolver) consistent(own settings, section *awsconfig.Section) error {
	for _, s := range section.Settings {
		theirs := found{s, section.Path, ConfigFile}
		mine, ok := own.get(s.Key)
		if !ok || isOurs(s.Key) {
			continue
		}
		valid := validity(s.Key)
		if a, b := r.clean(mine, valid), r.clean(theirs, valid); a != b {
			return &Error{
				Msg:  "The value for " + s.Key + " is inconsistent between profile (" + a + ") and sso-session (" + b + ").",
				Code: 255,
				Hint: "delete it from the profile: " + place(mine),
			}
		}
	}
	return nil
}

// validity returns what a value of the key must satisfy to be read literally.
func validity(key string) func(string) bool {
	switch key {
	case "region", "sso_region":
		return validRegion
	case "sso_account_id":
		return ValidAccountID
	case "output":
		return ValidOutput
	}
	return func(string) bool { return true }
}

// login returns the session to sign in to for a profile.
func (r *resolver) login(own settings) (Session, error) {
	if ref, ok := own.get("sso_session"); ok {
		s, err := r.namedSession(ref.Value, own)
		r.twice(own, r.sessions[ref.Value])
		return s, err
	}
	url, region, missing := urlAndRegion(own.get)
	if missing != nil {
		return Session{}, &Error{
			Msg: "Missing the following required SSO configuration values: " + strings.Join(missing, ", ") +
				". To make sure this profile is properly configured to use SSO, please run: aws configure sso",
			Code: 253, SetUp: true,
		}
	}
	return r.build(nil, url, region, own)
}

// twice warns of a setting of ours that has one value in the profile and another
// in its session: the AWS CLI and boto3 compare every key of the two, and refuse
// such a profile.
func (r *resolver) twice(own settings, section *awsconfig.Section) {
	for _, key := range ourKeys() {
		mine, ok := own.get(key)
		theirs, also := section.Get(key)
		if !ok || !also || mine.Value == theirs.Value {
			continue
		}
		r.warn(Warning{
			Text: place(mine) + ": " + strconv.Quote(mine.Value) + " here and " + strconv.Quote(theirs.Value) +
				" in [sso-session " + section.Name + "] (line " + strconv.Itoa(theirs.Line) +
				"); the AWS CLI and boto3 refuse such a profile",
			Hint: "delete it from the profile",
		})
	}
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

// scopes returns the scopes of sso_registration_scopes. No scope contains quotes or a
// comment, so both are dropped with a warning: the service would refuse the sign-in.
func (r *resolver) scopes(f found) []string {
	bare, _ := awsconfig.CutComment(f.Value)
	list := strings.Split(bare, ",")
	for i, scope := range list {
		list[i] = strings.Trim(strings.TrimSpace(scope), `"'`)
	}
	clean := SplitScopes(strings.Join(list, ","))
	if strings.Join(clean, ",") != strings.Join(SplitScopes(f.Value), ",") {
		r.warn(Warning{
			Text: place(f) + ": read as " + strconv.Quote(strings.Join(clean, ",")) +
				"; for the AWS CLI the quotes and the comment are part of the value",
			Hint: "write: sso_registration_scopes = " + strings.Join(clean, ","),
		})
	}
	return clean
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
