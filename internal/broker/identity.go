package broker

import (
	"github.com/lanyard-cli/lanyard/internal/profile"
)

// An Identity says who is signed in to a session, and where.
type Identity struct {
	Origin string // the origin of the access token: [ssocache.AWS], or a base URL
	SignIn string // identifies the sign-in; refreshes by lanyard do not change it
	User   string // the user's name; "" if it is not known
}

// Identity returns who is signed in to the session at the portal that the settings name. ok is
// false if there is no token that is valid or refreshable. It makes no request.
func (b *Broker) Identity(s profile.Session) (id Identity, ok bool, err error) {
	t, err := b.target(s)
	if err != nil {
		return Identity{}, false, err
	}
	if _, err := b.Peek(s); err != nil {
		return Identity{}, false, err
	}
	h, ok := b.current(s)
	if !ok {
		return Identity{}, false, nil
	}
	return Identity{Origin: t.portal.Origin, SignIn: b.signInOf(s, h), User: b.User(s)}, true, nil
}
