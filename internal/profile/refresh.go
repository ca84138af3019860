package profile

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"lanyard/internal/awsconfig"
)

// The two settings of the guide that the AWS CLI does not know, and one of ours.
const (
	autoRefreshKey     = "sso_auto_refresh"
	refreshWindowKey   = "sso_refresh_window"
	sessionDurationKey = "sso_session_duration" // of the access portal's sessions, as the organization has set it
)

// refreshKeys returns all of them.
func refreshKeys() [3]string {
	return [3]string{autoRefreshKey, refreshWindowKey, sessionDurationKey}
}

func isRefreshKey(key string) bool {
	keys := refreshKeys()
	return slices.Contains(keys[:], key)
}

// An AutoRefresh says whether a session is to be renewed silently.
type AutoRefresh int

const (
	Unset AutoRefresh = iota // nothing is configured
	On
	Off
)

// refreshSettings is what the profiles of one start URL say together.
type refreshSettings struct {
	auto      AutoRefresh
	window    time.Duration
	hasWindow bool
	duration  time.Duration // only of those sections that were looked at: see refresh
}

// add takes one more setting of any of the keys. For these, white space and # or ;
// begin a comment: the guide writes one behind the window.
func (s *refreshSettings) add(key, value string) bool {
	value, _ = awsconfig.CutComment(value)
	if key == autoRefreshKey {
		switch {
		case strings.EqualFold(value, "true"):
			s.auto = On
		case strings.EqualFold(value, "false"):
			if s.auto == Unset {
				s.auto = Off
			}
		default:
			return false
		}
		return true
	}
	d, ok := parseSeconds(value)
	switch {
	case !ok:
	case key == sessionDurationKey:
		s.duration = max(s.duration, d)
	default:
		s.hasWindow, s.window = true, max(s.window, d)
	}
	return ok
}

// addFrom takes the settings of a section. Its error has the code 253.
func (s *refreshSettings) addFrom(get func(key string) (found, bool)) error {
	for _, key := range refreshKeys() {
		f, ok := get(key)
		if !ok || s.add(key, f.Value) {
			continue
		}
		want := "neither true nor false"
		if key != autoRefreshKey {
			want = "not a whole number of seconds"
		}
		return &Error{Msg: place(f) + ": " + strconv.Quote(f.Value) + " is " + want, Code: 253}
	}
	return nil
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

// refresh returns what all profiles and sessions of the start URL say. It begins
// with the two that are known to belong to it. Only there it sees the duration: the
// use of a profile does not depend on it, and is not to take a look for it through
// the whole file. [Sessions] sees all.
func (r *resolver) refresh(url string, section *awsconfig.Section, user settings) (refreshSettings, error) {
	var sum refreshSettings
	if err := sum.addFrom(func(key string) (found, bool) { return in(section, key, ConfigFile) }); err != nil {
		return sum, err
	}
	if err := sum.addFrom(user.get); err != nil {
		return sum, err
	}
	looked := make(map[member]bool)
	for _, doc := range []*awsconfig.Doc{r.Config, r.Credentials} {
		for m := range doc.Mentions("refresh") {
			// Most mentions say what is known already, and need no look at
			// the section in which they stand.
			if with := sum; !isRefreshKey(m.Key) || with.add(m.Key, m.Value) && with == sum {
				continue
			}
			kind, name, ok := m.Section()
			if ok && looked[member{kind, name}] {
				continue
			}
			if !ok || kind == awsconfig.Other || len(looked) == manyMembers {
				return r.refreshOfAll(url)
			}
			looked[member{kind, name}] = true
			if err := r.addMember(&sum, url, member{kind, name}); err != nil {
				return sum, err
			}
		}
	}
	return sum, nil
}
