// This file reads single settings. It chooses the file, removes comments and checks values.
// Lanyard's own settings come last.

package profile

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// settings holds the settings of one profile. The credentials file overrides the config
// file.
type settings struct {
	config, credentials *awsconfig.Section
	included            []settings // the profiles of include_profile, the nearest first
}

// A foundSetting holds a setting and the file that contains it.
type foundSetting struct {
	awsconfig.Setting
	path   string
	source Source
}

func (s settings) exists() bool { return s.config != nil || s.credentials != nil }

func (s settings) get(key string) (foundSetting, bool) {
	if f, ok := sectionSetting(s.credentials, key, CredentialsFile); ok {
		return f, true
	}
	f, ok := sectionSetting(s.config, key, ConfigFile)
	for i := 0; !ok && i < len(s.included) && includable(key); i++ {
		f, ok = s.included[i].get(key)
	}
	return f, ok
}

func (s settings) has(key string) bool {
	_, ok := s.get(key)
	return ok
}

// sectionSetting returns a setting of one section.
func sectionSetting(s *awsconfig.Section, key string, source Source) (foundSetting, bool) {
	v, ok := s.Get(key)
	if !ok {
		return foundSetting{}, false
	}
	return foundSetting{v, s.Path, source}, true
}

// A resolver reads sections and collects warnings.
type resolver struct {
	Inputs
	warnings []Warning
	sessions map[string]*awsconfig.Section // the sessions that were read; nil for a session that does not exist
}

func (r *resolver) env(name string) (string, bool) {
	if r.LookupEnv == nil {
		return "", false
	}
	return r.LookupEnv(name)
}

// warn adds a warning, unless the resolver already has it.
func (r *resolver) warn(w Warning) {
	if !slices.Contains(r.warnings, w) {
		r.warnings = append(r.warnings, w)
	}
}

func (r *resolver) warnOf(problems []awsconfig.Problem) {
	for _, p := range problems {
		r.warn(Warning{Text: p.String(), Hint: p.Hint})
	}
}

// find returns the section, or nil if it does not exist.
func (r *resolver) find(doc *awsconfig.Doc, kind awsconfig.Kind, name string) (*awsconfig.Section, error) {
	s, problems, err := doc.Find(kind, name)
	r.warnOf(problems)
	if err != nil {
		return nil, unreadable(err)
	}
	return s, nil
}

// unreadable returns the error for a file that awsconfig could not read.
func unreadable(err error) error {
	return &Error{Msg: err.Error(), Code: 255, err: err}
}

// profile returns the settings of a profile.
func (r *resolver) profile(name string) (settings, error) {
	config, err := r.find(r.Config, awsconfig.Profile, name)
	if err != nil {
		return settings{}, err
	}
	credentials, err := r.find(r.Credentials, awsconfig.Profile, name)
	return settings{config: config, credentials: credentials}, err
}

// session returns the [sso-session] with this name, or nil.
func (r *resolver) session(name string) (*awsconfig.Section, error) {
	if s, ok := r.sessions[name]; ok {
		return s, nil
	}
	s, err := r.find(r.Config, awsconfig.SSOSession, name)
	if err != nil {
		return nil, err
	}
	if r.sessions == nil {
		r.sessions = make(map[string]*awsconfig.Section)
	}
	r.sessions[name] = s
	return s, nil
}

// clean returns the value of f. As in the AWS CLI and the SDKs, a comment after a value is
// part of the value. If the value is valid only without the comment, clean removes the
// comment and adds a warning.
func (r *resolver) clean(f foundSetting, valid func(string) bool) string {
	if valid(f.Value) {
		return f.Value
	}
	v, ok := awsconfig.CutComment(f.Value)
	if !ok || !valid(v) {
		return f.Value
	}
	r.warn(Warning{
		Text: place(f) + ": lanyard reads " + strconv.Quote(v) + "; the AWS CLI reads the comment as part of the value",
		Hint: "put the comment on its own line",
	})
	return v
}

// place returns the position of a setting for messages: file, line and key.
func place(f foundSetting) string {
	return f.path + ": line " + strconv.Itoa(f.Line) + ": key " + f.Key
}

// validRegion reports whether s may be a region. As in the AWS CLI, a region is a host label
// with at least one character other than a digit. The empty string is valid and means no
// region.
func validRegion(s string) bool {
	if s == "" {
		return true
	}
	if len(s) > 63 || s[0] == '-' || s[len(s)-1] == '-' {
		return false
	}
	digits := 0
	for _, c := range []byte(s) {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', c == '-':
		default:
			return false
		}
	}
	return digits < len(s)
}

func badRegion(region, where string) *Error {
	return &Error{
		Msg:  "Provided region_name '" + region + "' doesn't match a supported format.",
		Code: 255,
		Hint: "use a region such as us-east-1 in " + where,
	}
}

// ValidOutput reports whether the AWS CLI has this output format.
func ValidOutput(s string) bool {
	switch s {
	case "json", "yaml", "yaml-stream", "text", "table", "off":
		return true
	}
	return false
}

func validBool(s string) bool {
	return strings.EqualFold(s, "true") || strings.EqualFold(s, "false")
}

// ValidAccountID reports whether s has 12 digits.
func ValidAccountID(s string) bool {
	if len(s) != 12 {
		return false
	}
	for _, c := range []byte(s) {
		if c < '0' || '9' < c {
			return false
		}
	}
	return true
}

// Lanyard's own settings, which the AWS CLI does not have.
const (
	autoRefreshKey     = "sso_auto_refresh"
	refreshWindowKey   = "sso_refresh_window"
	sessionDurationKey = "sso_session_duration" // the session length of the organization's access portal
	autoLoginKey       = "auto_login"           // a command may sign in if the session has ended
	callbackPortKey    = "sso_callback_port"    // the port for the callback of a sign-in
	browserKey         = "sso_browser"          // the browser of a sign-in
)

// ourKeys returns Lanyard's own settings. They can be in a profile or in its session.
func ourKeys() [7]string {
	return [...]string{autoRefreshKey, refreshWindowKey, sessionDurationKey, autoLoginKey, callbackPortKey, browserKey, consoleBrowserKey}
}

// sessionKeys returns Lanyard's own settings that are fields of a [Session], except auto_login.
func sessionKeys() [5]string {
	return [...]string{autoRefreshKey, refreshWindowKey, sessionDurationKey, callbackPortKey, browserKey}
}

func isOurs(key string) bool {
	keys := ourKeys()
	return slices.Contains(keys[:], key)
}

// ownSetting returns one of Lanyard's own settings, from the profile or else from its session, and
// the place of the setting. ok is false if neither has the setting, or if the value is invalid.
func (r *resolver) ownSetting(key string, section *awsconfig.Section, inProfile settings) (value, source string, ok bool) {
	f, ok := inProfile.get(key)
	if !ok {
		f, ok = sectionSetting(section, key, ConfigFile)
	}
	if !ok {
		return "", "", false
	}
	value, ok = r.valid(f)
	return value, place(f), ok
}

// valid returns the value of one of Lanyard's own settings. Users write comments after the
// values, so valid removes the comments. In the name of a browser, a # is part of the name. For
// an invalid value, valid adds a warning and returns false.
func (r *resolver) valid(f foundSetting) (value string, ok bool) {
	value = f.Value
	if f.Key != browserKey {
		value, _ = awsconfig.CutComment(f.Value)
	}
	if problem := invalid(f.Key, value); problem != "" {
		r.warn(Warning{Text: place(f) + ": " + strconv.Quote(f.Value) + " is " + problem + "; lanyard uses the default"})
		return "", false
	}
	return value, true
}

// invalid returns why the value of one of Lanyard's own settings is invalid, or "".
func invalid(key, value string) string {
	switch key {
	case autoRefreshKey, autoLoginKey:
		if !validBool(value) {
			return "neither true nor false"
		}
	case refreshWindowKey, sessionDurationKey:
		if _, ok := parseSeconds(value); !ok {
			return "not a whole number of seconds"
		}
	case callbackPortKey:
		if _, ok := parsePort(value); !ok {
			return "not a port from 1 to 65535"
		}
	case browserKey:
		if value == "" {
			return "neither a program nor print"
		}
	}
	return ""
}

// parsePort parses the number of a port.
func parsePort(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 10, 16)
	return int(n), err == nil && n > 0 && s[0] != '+'
}

// CheckSetting returns an error if the value is invalid for one of Lanyard's own settings.
// Keys of other programs accept every value. The error is an *[Error] with the exit code 253.
func CheckSetting(key, value string) error {
	key = strings.ToLower(key)
	problem := invalid(key, value)
	if problem == "" {
		return nil
	}
	e := &Error{Msg: "key " + key + ": " + strconv.Quote(value) + " is " + problem, Code: 253}
	if key == refreshWindowKey || key == sessionDurationKey {
		e.Hint = "write the number of seconds, for example 43200 for 12 hours"
	}
	return e
}

// parseSeconds parses a whole number of seconds that fits in a Duration.
func parseSeconds(s string) (time.Duration, bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n > math.MaxInt64/int64(time.Second) {
		return 0, false
	}
	return time.Duration(n) * time.Second, true
}

// An AutoRefresh says whether the token of a session is refreshed automatically.
type AutoRefresh int

const (
	Unset AutoRefresh = iota // not configured
	On
	Off
)

// sessionSettings holds the values of [sessionKeys].
type sessionSettings struct {
	auto      AutoRefresh
	window    time.Duration
	hasWindow bool
	duration  time.Duration
	port      int

	browser, browserFrom string
}

// add adds a valid value. If a key has several values, add keeps true, the largest number of
// seconds, the first port, and the first browser.
func (s *sessionSettings) add(key, value, from string) {
	switch key {
	case autoRefreshKey:
		if strings.EqualFold(value, "true") {
			s.auto = On
		} else if s.auto == Unset {
			s.auto = Off
		}
	case refreshWindowKey:
		d, _ := parseSeconds(value)
		s.hasWindow, s.window = true, max(s.window, d)
	case sessionDurationKey:
		d, _ := parseSeconds(value)
		s.duration = max(s.duration, d)
	case callbackPortKey:
		if n, _ := parsePort(value); s.port == 0 {
			s.port = n
		}
	case browserKey:
		if s.browser == "" {
			s.browser, s.browserFrom = value, from
		}
	}
}

// ofSession returns the settings of a session for one profile. It ignores other profiles. section
// is nil for a legacy session.
func (r *resolver) ofSession(section *awsconfig.Section, inProfile settings) (s sessionSettings) {
	for _, key := range sessionKeys() {
		if value, from, ok := r.ownSetting(key, section, inProfile); ok {
			s.add(key, value, from)
		}
	}
	return s
}

// gather returns the combined settings of a session and of several of its profiles. It is for
// commands that use no profile.
func (r *resolver) gather(section *awsconfig.Section, profiles ...settings) (s sessionSettings) {
	sources := []func(key string) (foundSetting, bool){func(key string) (foundSetting, bool) { return sectionSetting(section, key, ConfigFile) }}
	for _, own := range profiles {
		sources = append(sources, own.get)
	}
	for _, get := range sources {
		for _, key := range sessionKeys() {
			if f, ok := get(key); ok {
				if value, ok := r.valid(f); ok {
					s.add(key, value, place(f))
				}
			}
		}
	}
	return s
}

// autoLoginVariable overrides auto_login.
const autoLoginVariable = "LANYARD_AUTO_LOGIN"

// autoLogin reports whether a command may sign in. The variable overrides the profile, and
// the profile overrides the session. For an invalid value, autoLogin adds a warning and
// returns false, because the user may not expect a browser.
func (r *resolver) autoLogin(section *awsconfig.Section, inProfile settings) bool {
	switch v, _ := r.env(autoLoginVariable); {
	case v == "":
		value, _, _ := r.ownSetting(autoLoginKey, section, inProfile)
		return strings.EqualFold(value, "true")
	case v == "1", strings.EqualFold(v, "true"):
		return true
	case v == "0", strings.EqualFold(v, "false"):
		return false
	default:
		r.warn(Warning{Text: autoLoginVariable + ": " + strconv.Quote(v) + " is neither true nor false; auto_login is off"})
		return false
	}
}

// CredentialSettings returns the keys of the settings that give a profile credentials.
func CredentialSettings() []string {
	return []string{
		"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token", "aws_account_id",
		"sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name",
		"role_arn", "source_profile", "credential_source", "credential_process", "include_profile",
		"web_identity_token_file", "web_identity_token_process", "login_session",
	}
}

// ValidRoleName reports whether s has only the characters that AWS allows in names of roles and
// permission sets: letters and digits of ASCII, and + = , . @ _ -. Such a name needs no quotes in a
// shell. A portal that is not AWS's can have other names.
func ValidRoleName(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("+=,.@_-", c) >= 0) {
			return false
		}
	}
	return s != "" && s[0] != '-'
}
