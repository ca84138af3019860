package profile

import (
	"math"
	"strconv"
	"strings"
	"time"

	"lanyard/internal/awsconfig"
)

// The two settings of the guide that the AWS CLI does not know.
const (
	autoRefreshKey   = "sso_auto_refresh"
	refreshWindowKey = "sso_refresh_window"
)

func isRefreshKey(key string) bool { return key == autoRefreshKey || key == refreshWindowKey }

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
}

// add takes one more setting of either key. For these two, white space and # or ;
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
	window, ok := parseSeconds(value)
	if ok {
		s.hasWindow, s.window = true, max(s.window, window)
	}
	return ok
}

// addFrom takes both settings of a section. Its error has the code 253.
func (s *refreshSettings) addFrom(get func(key string) (found, bool)) error {
	for _, key := range []string{autoRefreshKey, refreshWindowKey} {
		f, ok := get(key)
		if !ok || s.add(key, f.Value) {
			continue
		}
		want := "neither true nor false"
		if key == refreshWindowKey {
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
// with the two that are known to belong to it.
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
