// How one setting is read: from which file, with a comment behind its value or not, and
// whether the value is valid. The settings that only Lanyard knows come last.

package profile

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// settings is one profile in both files: each key of the credentials file lies
// over the same key of the config file.
type settings struct {
	config, credentials *awsconfig.Section
}

// A found is a setting and the file it stands in.
type found struct {
	awsconfig.Setting
	path   string
	source Source
}

func (s settings) exists() bool { return s.config != nil || s.credentials != nil }

// get returns a setting.
func (s settings) get(key string) (found, bool) {
	if f, ok := in(s.credentials, key, CredentialsFile); ok {
		return f, true
	}
	return in(s.config, key, ConfigFile)
}

func (s settings) has(key string) bool {
	_, ok := s.get(key)
	return ok
}

// in returns the setting of one section.
func in(s *awsconfig.Section, key string, source Source) (found, bool) {
	v, ok := s.Get(key)
	if !ok {
		return found{}, false
	}
	return found{v, s.Path, source}, true
}

// A resolver reads sections and remembers what is worth a warning.
type resolver struct {
	Inputs
	warnings []Warning
	sessions map[string]*awsconfig.Section // those read so far; nil if there is none
}

func (r *resolver) env(name string) (string, bool) {
	if r.LookupEnv == nil {
		return "", false
	}
	return r.LookupEnv(name)
}

// warn remembers w once.
func (r *resolver) warn(w Warning) {
	if !slices.Contains(r.warnings, w) {
		r.warnings = append(r.warnings, w)
	}
}

func (r *resolver) warnOf(problems []awsconfig.Problem) {
	for _, p := range problems {
		r.warn(Warning{Text: p.String(), Hint: p.Mend})
	}
}

// find returns the section, or nil.
func (r *resolver) find(doc *awsconfig.Doc, kind awsconfig.Kind, name string) (*awsconfig.Section, error) {
	s, problems, err := doc.Find(kind, name)
	r.warnOf(problems)
	if err != nil {
		return nil, unreadable(err)
	}
	return s, nil
}

// unreadable makes an error of what awsconfig says about a file.
func unreadable(err error) error {
	return &Error{Msg: err.Error(), Code: 255, err: err}
}

// profile returns what the files say about the profile.
func (r *resolver) profile(name string) (settings, error) {
	config, err := r.find(r.Config, awsconfig.Profile, name)
	if err != nil {
		return settings{}, err
	}
	credentials, err := r.find(r.Credentials, awsconfig.Profile, name)
	return settings{config, credentials}, err
}

// session returns the [sso-session] of the name, or nil.
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

// clean returns the value of f. A comment behind it belongs to the value, as for
// the AWS CLI and every SDK, unless the value is valid only without.
func (r *resolver) clean(f found, valid func(string) bool) string {
	if valid(f.Value) {
		return f.Value
	}
	v, ok := awsconfig.CutComment(f.Value)
	if !ok || !valid(v) {
		return f.Value
	}
	r.warn(Warning{
		Text: place(f) + ": read as " + strconv.Quote(v) + "; for the AWS CLI the comment behind it is part of the value",
		Hint: "put the comment on a line of its own",
	})
	return v
}

// place names a key in a file, for messages.
func place(f found) string {
	return f.path + ": line " + strconv.Itoa(f.Line) + ": key " + f.Key
}

// validRegion is the AWS CLI's rule: a host label, not of digits alone. The empty
// string passes it and means no region.
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
		Hint: where + " should be a region such as us-east-1",
	}
}

// ValidOutput reports whether s is an output format of the AWS CLI.
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

// ValidAccountID reports whether s has the form of an account id: 12 digits.
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

// The settings of ours. The AWS CLI knows none of them.
const (
	autoRefreshKey     = "sso_auto_refresh"
	refreshWindowKey   = "sso_refresh_window"
	sessionDurationKey = "sso_session_duration" // of the access portal's sessions, as the organization has set it
	autoLoginKey       = "auto_login"           // a command may sign in when it finds the session ended
)

// ourKeys returns the settings of ours, which stand in a profile or in its session.
func ourKeys() [4]string {
	return [...]string{autoRefreshKey, refreshWindowKey, sessionDurationKey, autoLoginKey}
}

func isOurs(key string) bool {
	keys := ourKeys()
	return slices.Contains(keys[:], key)
}

// ours returns a setting of ours: the profile's, or else that of its session. ok is
// false where neither has it, and where the one that counts has a bad value.
func (r *resolver) ours(key string, section *awsconfig.Section, own settings) (value string, ok bool) {
	f, ok := own.get(key)
	if !ok {
		f, ok = in(section, key, ConfigFile)
	}
	if !ok {
		return "", false
	}
	return r.valid(f)
}

// valid returns the value of a setting of ours without the comment behind it: the
// guide writes one there. A bad value is a warning, and ok is false.
func (r *resolver) valid(f found) (value string, ok bool) {
	value, _ = awsconfig.CutComment(f.Value)
	if problem := wrong(f.Key, value); problem != "" {
		r.warn(Warning{Text: place(f) + ": " + strconv.Quote(f.Value) + " is " + problem + "; the default is used"})
		return "", false
	}
	return value, true
}

// wrong returns what is wrong with the value of a setting of ours, or "".
func wrong(key, value string) string {
	switch key {
	case autoRefreshKey, autoLoginKey:
		if !validBool(value) {
			return "neither true nor false"
		}
	case refreshWindowKey, sessionDurationKey:
		if _, ok := parseSeconds(value); !ok {
			return "not a whole number of seconds"
		}
	}
	return ""
}

// CheckSetting refuses a value that a key cannot have: of our settings some take
// true or false, the others a whole number of seconds. Other keys take anything.
// The error is an *[Error] with the code 253.
func CheckSetting(key, value string) error {
	key = strings.ToLower(key)
	problem := wrong(key, value)
	if problem == "" {
		return nil
	}
	e := &Error{Msg: "key " + key + ": " + strconv.Quote(value) + " is " + problem, Code: 253}
	if key == refreshWindowKey || key == sessionDurationKey {
		e.Hint = "12 hours are 43200"
	}
	return e
}

// parseSeconds reads digits, as many as a Duration holds.
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

// An AutoRefresh says whether a session is to be renewed silently.
type AutoRefresh int

const (
	Unset AutoRefresh = iota // nothing is configured
	On
	Off
)

// refreshSettings are the settings of ours that say when a session is refreshed and
// how long it lasts.
type refreshSettings struct {
	auto      AutoRefresh
	window    time.Duration
	hasWindow bool
	duration  time.Duration
}

// add adds a valid value. Of several values, true counts before false, and the
// largest number counts.
func (s *refreshSettings) add(key, value string) {
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
	}
}

// refresh returns the settings for one use of a session. The section is nil for a
// legacy session. Other profiles of the session have no say.
func (r *resolver) refresh(section *awsconfig.Section, own settings) (s refreshSettings) {
	for _, key := range []string{autoRefreshKey, refreshWindowKey, sessionDurationKey} {
		if value, ok := r.ours(key, section, own); ok {
			s.add(key, value)
		}
	}
	return s
}

// gather returns what a session and several of its profiles say together, for
// commands that use no profile.
func (r *resolver) gather(section *awsconfig.Section, profiles ...settings) (s refreshSettings) {
	sources := []func(key string) (found, bool){func(key string) (found, bool) { return in(section, key, ConfigFile) }}
	for _, own := range profiles {
		sources = append(sources, own.get)
	}
	for _, get := range sources {
		for _, key := range []string{autoRefreshKey, refreshWindowKey, sessionDurationKey} {
			if f, ok := get(key); ok {
				if value, ok := r.valid(f); ok {
					s.add(key, value)
				}
			}
		}
	}
	return s
}

// autoLoginVariable overrides auto_login.
const autoLoginVariable = "LANYARD_AUTO_LOGIN"

// autoLogin decides for one use of a session: the variable, then the profile, then
// the session. A bad value is a warning and means no: the user has not asked for a browser.
func (r *resolver) autoLogin(section *awsconfig.Section, own settings) bool {
	switch v, _ := r.env(autoLoginVariable); {
	case v == "":
		value, _ := r.ours(autoLoginKey, section, own)
		return strings.EqualFold(value, "true")
	case v == "1", strings.EqualFold(v, "true"):
		return true
	case v == "0", strings.EqualFold(v, "false"):
		return false
	default:
		r.warn(Warning{Text: autoLoginVariable + ": " + strconv.Quote(v) + " is neither true nor false; the default is used"})
		return false
	}
}
