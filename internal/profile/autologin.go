package profile

import (
	"strconv"
	"strings"

	"lanyard/internal/awsconfig"
)

// autoLoginKey lets a command sign in when it finds the session ended; the variable
// overrides it. The AWS CLI knows neither.
const (
	autoLoginKey      = "auto_login"
	autoLoginVariable = "LANYARD_AUTO_LOGIN"
)

// isOurs reports whether the key is a setting of ours: those may differ between a
// profile and its session as far as we are concerned.
func isOurs(key string) bool { return isRefreshKey(key) || key == autoLoginKey }

// autoLogin decides for one use of a session: the variable, then the profile, then
// the session. Unlike the refresh settings it says nothing about other profiles of
// the start URL: who is to be disturbed depends on what is run. A bad value is an
// error wherever it stands, also where it would not count.
func (r *resolver) autoLogin(section *awsconfig.Section, own settings) (allowed bool, err error) {
	theirs, inSession := in(section, autoLoginKey, ConfigFile)
	mine, inProfile := own.get(autoLoginKey)
	for _, f := range []struct {
		found
		ok bool
	}{{theirs, inSession}, {mine, inProfile}} {
		if !f.ok {
			continue
		}
		// White space and # or ; begin a comment, as in the other settings of ours.
		value, _ := awsconfig.CutComment(f.Value)
		if !validBool(value) {
			return false, &Error{Msg: place(f.found) + ": " + strconv.Quote(f.Value) + " is neither true nor false", Code: 253}
		}
		allowed = strings.EqualFold(value, "true")
	}
	switch v, _ := r.env(autoLoginVariable); {
	case v == "":
		return allowed, nil
	case v == "1", strings.EqualFold(v, "true"):
		return true, nil
	case v == "0", strings.EqualFold(v, "false"):
		return false, nil
	default:
		return false, &Error{Msg: autoLoginVariable + ": " + strconv.Quote(v) + " is neither true nor false", Code: 253}
	}
}
