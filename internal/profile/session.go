// This file defines sessions and finds the session of a profile.

package profile

import (
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// A Session is a session of Identity Center. A user signs in to a start URL in a region. A
// session is an [sso-session], or a legacy session without a name. The profiles of a legacy
// session have the start URL themselves.
type Session struct {
	Name             string // of the [sso-session]; "" for a legacy session
	StartURL, Region string // as configured

	// Scopes holds sso_registration_scopes, split at commas and trimmed. nil means that no
	// scopes are configured.
	Scopes []string

	// AutoRefresh, RefreshWindow and Duration are the settings of the profile in use, or else of
	// the [sso-session]. [Sessions] has no profile in use, so it combines the settings of the
	// section and of all its profiles. On overrides Off, and the largest number counts.
	AutoRefresh   AutoRefresh
	RefreshWindow time.Duration // 0 if not configured
	HasWindow     bool          // sso_refresh_window is configured; it may be 0

	// Duration is sso_session_duration, the session length of the access portal. 0 means not
	// configured.
	Duration time.Duration

	// CallbackPort and Browser are sso_callback_port and sso_browser. 0 and "" mean not
	// configured. In the result of [Sessions], the section decides, and then the first profile.
	CallbackPort int
	Browser      string // a browser (see package browser), or [PrintURL]
	BrowserFrom  string // the place of sso_browser, for messages

	// AutoLogin is auto_login. If it is true, a command may sign in when the session has ended.
	// In the result of [Sessions] it is always false.
	AutoLogin bool

	// Path and Line are the position of the [sso-session]. For a legacy session, they are the
	// position of the sso_start_url.
	Path string
	Line int
}

// PrintURL is the value of sso_browser that opens no browser.
const PrintURL = "print"

// Key returns the cache key of the session's token: the name of the session, or the start
// URL of a legacy session.
func (s Session) Key() string {
	if s.Name != "" {
		return s.Name
	}
	return s.StartURL
}

// SharesLogin reports whether a token of one session also works for the other. It returns
// true if both have the same portal and region. The start URLs may have different spellings.
func (s Session) SharesLogin(t Session) bool {
	return s.Region == t.Region && starturl.Same(s.StartURL, t.StartURL)
}

// Same reports whether s and t are the same [sso-session], or are legacy sessions of the same
// portal and region.
func (s Session) Same(t Session) bool { return s.Name == t.Name && s.SharesLogin(t) }

// defaultWindow is the refresh window of the AWS CLI.
const defaultWindow = 15 * time.Minute

// Window returns the refresh window: sso_refresh_window, or 15 minutes. A token with less
// time left is due for a refresh.
func (s Session) Window() time.Duration {
	if !s.HasWindow {
		return defaultWindow
	}
	return s.RefreshWindow
}

// SessionNamed returns the session of an [sso-session], for --sso-session. An error is an
// *[Error] with the text of `aws sso login`.
func SessionNamed(in Inputs, name string) (*Session, []Warning, error) {
	r := &resolver{Inputs: in}
	s, err := r.namedSession(name, settings{})
	if err != nil {
		return nil, r.warnings, err
	}
	return &s, r.warnings, nil
}

// sso sets the account, the role and the session of an SSO profile. It returns the same
// errors as the AWS CLI's credential provider, with the exit code 255.
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
	get := func(key string) (foundSetting, bool) {
		if f, ok := sectionSetting(section, key, ConfigFile); ok {
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
			Hint: "add the missing digits; a spreadsheet drops leading zeros",
		}
	}
	session, err := r.build(section, url, region, own)
	if err != nil {
		return err
	}
	p.Session, p.AccountID, p.RoleName = session, id, role.Value
	return nil
}

// consistent returns an error if a key has different values in the profile and its session.
// For Lanyard's own settings, warnDifferent adds only a warning.
func (r *resolver) consistent(inProfile settings, section *awsconfig.Section) error {
	for _, s := range section.Settings {
		theirs := foundSetting{s, section.Path, ConfigFile}
		mine, ok := inProfile.get(s.Key)
		if !ok || isOurs(s.Key) {
			continue
		}
		valid := validity(s.Key)
		if a, b := r.clean(mine, valid), r.clean(theirs, valid); a != b {
			return &Error{
				Msg:  "The value for " + s.Key + " is inconsistent between profile (" + a + ") and sso-session (" + b + ").",
				Code: 255,
				Hint: "delete " + s.Key + " from the profile: " + place(mine),
			}
		}
	}
	return nil
}

// validity returns the function that checks a value of this key. [resolver.clean] uses it.
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

// login returns the session that a profile signs in to.
func (r *resolver) login(inProfile settings) (Session, error) {
	if ref, ok := inProfile.get("sso_session"); ok {
		s, err := r.namedSession(ref.Value, inProfile)
		r.warnDifferent(inProfile, r.sessions[ref.Value])
		return s, err
	}
	url, region, missing := urlAndRegion(inProfile.get)
	if missing != nil {
		return Session{}, &Error{
			Msg: "Missing the following required SSO configuration values: " + strings.Join(missing, ", ") +
				". To make sure this profile is properly configured to use SSO, please run: aws configure sso",
			Code: 253, SetUp: true,
		}
	}
	return r.build(nil, url, region, inProfile)
}

// warnDifferent adds a warning if one of Lanyard's own settings has different values in the
// profile and its session. The AWS CLI and boto3 compare all keys of the profile and the
// session, and reject such a profile.
func (r *resolver) warnDifferent(inProfile settings, section *awsconfig.Section) {
	for _, key := range ourKeys() {
		mine, ok := inProfile.get(key)
		theirs, also := section.Get(key)
		if !ok || !also || mine.Value == theirs.Value {
			continue
		}
		r.warn(Warning{
			Text: place(mine) + ": " + strconv.Quote(mine.Value) + " differs from " + strconv.Quote(theirs.Value) +
				" in [sso-session " + section.Name + "] (line " + strconv.Itoa(theirs.Line) +
				"); the AWS CLI and boto3 reject such a profile",
			Hint: "delete " + key + " from the profile",
		})
	}
}

// namedSession returns the session of an [sso-session]. user holds the settings of the
// profile that uses the session, if any.
func (r *resolver) namedSession(name string, user settings) (Session, error) {
	section, err := r.session(name)
	if err != nil {
		return Session{}, err
	}
	if section == nil {
		return Session{}, r.noSession(name, 253)
	}
	url, region, missing := urlAndRegion(func(key string) (foundSetting, bool) { return sectionSetting(section, key, ConfigFile) })
	if missing != nil {
		return Session{}, &Error{
			Msg: "Missing the following required SSO configuration values: " + strings.Join(missing, ", ") + ".", Code: 253,
			Hint: "add " + strings.Join(missing, " and ") + " to [sso-session " + name + "] in " + section.Path,
		}
	}
	return r.build(section, url, region, user)
}

// urlAndRegion returns the two settings that every session needs. missing lists the keys
// that are missing or empty.
func urlAndRegion(get func(key string) (foundSetting, bool)) (url, region foundSetting, missing []string) {
	for _, want := range []struct {
		key string
		f   *foundSetting
	}{{"sso_start_url", &url}, {"sso_region", &region}} {
		f, ok := get(want.key)
		if !ok || f.Value == "" {
			missing = append(missing, want.key)
		}
		*want.f = f
	}
	return url, region, missing
}

// build returns the session with all its settings. section is nil for a legacy session.
// user holds the settings of the profile that uses the session, if any.
func (r *resolver) build(section *awsconfig.Section, url, region foundSetting, user settings) (Session, error) {
	s := r.basic(section, url, region)
	if !validRegion(s.Region) {
		return Session{}, badRegion(s.Region, place(region))
	}
	s.AutoLogin = r.autoLogin(section, user)
	return s.withSettings(r.ofSession(section, user)), nil
}

// basic returns the session without Lanyard's own settings. section is nil for a legacy
// session.
func (r *resolver) basic(section *awsconfig.Section, url, region foundSetting) Session {
	s := Session{StartURL: url.Value, Region: r.clean(region, validRegion), Path: url.path, Line: url.Line}
	if section != nil {
		s.Name, s.Path, s.Line = section.Name, section.Path, section.Line
		if f, ok := sectionSetting(section, "sso_registration_scopes", ConfigFile); ok {
			s.Scopes = r.scopes(f)
		}
	}
	return s
}

func (s Session) withSettings(set sessionSettings) Session {
	s.AutoRefresh, s.RefreshWindow, s.HasWindow, s.Duration = set.auto, set.window, set.hasWindow, set.duration
	s.CallbackPort, s.Browser, s.BrowserFrom = set.port, set.browser, set.browserFrom
	return s
}

// scopes returns the scopes in sso_registration_scopes. It removes quotes and comments, and
// adds a warning, because the service would refuse a sign-in with such scopes.
func (r *resolver) scopes(f foundSetting) []string {
	bare, _ := awsconfig.CutComment(f.Value)
	list := strings.Split(bare, ",")
	for i, scope := range list {
		list[i] = strings.Trim(strings.TrimSpace(scope), `"'`)
	}
	clean := SplitScopes(strings.Join(list, ","))
	if strings.Join(clean, ",") != strings.Join(SplitScopes(f.Value), ",") {
		r.warn(Warning{
			Text: place(f) + ": lanyard reads " + strconv.Quote(strings.Join(clean, ",")) +
				"; the AWS CLI reads quotes and comments as part of the value",
			Hint: "write: sso_registration_scopes = " + strings.Join(clean, ","),
		})
	}
	return clean
}

// SplitScopes splits a list of scopes at its commas. The result is never nil, so that an
// empty setting differs from a missing setting.
func SplitScopes(list string) []string {
	scopes := []string{}
	for scope := range strings.SplitSeq(list, ",") {
		if scope = strings.TrimSpace(scope); scope != "" {
			scopes = append(scopes, scope)
		}
	}
	return scopes
}
