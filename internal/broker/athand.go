package broker

import (
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// atHand answers a request from the cache, where nothing is due: the ordinary case,
// for which nobody need be asked.
func (b *Broker) atHand(r Request) (Answer, bool) {
	s, now := r.Session, b.now()
	t, err := b.target(s)
	if err != nil {
		return Answer{}, false
	}
	st := b.glance(s)
	tok, live := st.best(now, r.Rejected)
	_, renewable := st.holder(now)
	if !live || renewable && s.AutoRefresh != profile.Off && tok.Due(now, s.Window()) {
		return Answer{}, false
	}
	if r.Purpose == AccessToken {
		return Answer{Token: tok}, true
	}
	q := newRoleRequest(r, t)
	c, err := b.Cache.LoadCredentials(q.file)
	if err != nil || !q.mayUse(c) || !c.Reusable(now) {
		return Answer{}, false
	}
	b.debug("role credentials from the cache", "file", q.file, "expires", ssocache.FormatTime(c.Expiration))
	return Answer{Credentials: c}, true
}
