package profile

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

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
