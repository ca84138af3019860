package profile

import (
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/awsconfig"
)

// autoLoginVariable overrides auto_login.
const autoLoginVariable = "LANYARD_AUTO_LOGIN"

// autoLogin decides for one use of a session: the variable, then the profile, then
// the session. A bad value is a warning and means no: nobody asked for a browser.
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
