package prompt

import (
	"time"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// SignIn describes the sign-in of a session for a menu: "4h05m left", "refreshable", "ended" or
// "signed out". It returns "" if the token is not in a file. home is the folder that has .aws in
// it.
func SignIn(home string, s profile.Session, now time.Time) string {
	var seg Segment
	seg.addSession(ssocache.Dir{Home: home}, s, now)
	if seg.State == Valid {
		return seg.session() + " left"
	}
	return seg.session()
}
