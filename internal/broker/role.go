package broker

import (
	"context"
	"errors"
	"path/filepath"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The keys of a role: read the cache, judge what it holds, take the role's lock, read
// again, ask the portal, store. At the end, the dates of keys if our clock and the
// service's differ.

// role returns the keys of a role, from the cache while they have long enough to live.
func (b *Broker) role(ctx context.Context, r Request) (ssocache.Credentials, error) {
	t, err := b.target(r.Session)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	q := newRoleRequest(r, t)
	q.cached = b.cachedKeys(q)
	if q.cached.Reusable(b.now()) {
		b.debug("role credentials from the cache", "file", q.file, "expires", ssocache.FormatTime(q.cached.Expiration))
		return q.cached, b.keepFresh(ctx, r.Session)
	}
	ctx = withDeadline(ctx)
	q.last = readOutcome(b.roleFile(q.file, ".outcome"))
	if keys, ok := b.recentKeys(q.last, q.cached, b.now()); ok {
		b.debug("role credentials from the cache, with a date by this clock", "file", q.file, "expires", ssocache.FormatTime(keys.Expiration))
		return keys, b.keepFresh(ctx, r.Session)
	}
	return b.newKeys(ctx, q)
}

// A roleRequest is a request for the keys of a role, and what was known when it began.
type roleRequest struct {
	Request
	target target
	file   string               // the name of the keys' cache file
	cached ssocache.Credentials // the keys in the cache; zero if the request may not use them
	last   outcome              // of the last fetch before the request
}

func newRoleRequest(r Request, t target) roleRequest {
	return roleRequest{Request: r, target: t, file: ssocache.RoleName(r.AccountID, r.RoleName, r.Session.Name, r.Session.StartURL)}
}

// mayUse reports whether cached keys are those of the request's session at its target,
// and no service has refused them.
func (q roleRequest) mayUse(c ssocache.Credentials) bool {
	return q.target.mayUse(c, q.Session) && !q.rejects(c)
}

// cachedKeys reads the keys that the cache holds; zero if the request may not use them.
func (b *Broker) cachedKeys(q roleRequest) ssocache.Credentials {
	c, err := b.Cache.LoadCredentials(q.file)
	switch {
	case errors.Is(err, ssocache.ErrNotFound):
	case err != nil:
		b.debug("role cache passed over", "error", err)
	case !q.target.mayUse(c, q.Session):
		b.debug("role credentials of another start URL or origin passed over", "file", q.file, "startUrl", c.StartURL, "origin", c.Origin)
	case q.rejects(c):
		b.debug("role credentials that a service refused passed over", "file", q.file)
	default:
		return c
	}
	return ssocache.Credentials{}
}

// keepFresh renews the session's token on the occasion of a use that does not
// need it, so that the other programs find it alive.
func (b *Broker) keepFresh(ctx context.Context, s profile.Session) error {
	st, now := b.glance(s), b.now()
	h, ok := st.holder(now)
	if !ok || s.AutoRefresh == profile.Off {
		return nil
	}
	if tok, live := st.best(now, secret.String{}); live && !tok.Due(now, s.Window()) {
		return nil
	}
	_, err := b.renewEarly(ctx, s, h, st.newest(now))
	return err
}

// newKeys gets keys that the cache does not hold. Of all the processes that ask for them
// at the same time one asks the portal, and the others wait for what it stores.
func (b *Broker) newKeys(ctx context.Context, q roleRequest) (ssocache.Credentials, error) {
	look := func() *verdict { return b.othersKeys(q) }
	g, err := b.wait(ctx, b.roleFile(q.file, ".lock"), b.deadline(ctx), look)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	defer g.release()
	v := g.settled
	if g.lock != nil {
		v = look() // another process may have had the lock since the cache was read
	}
	switch {
	case v != nil && v.err != nil:
		return b.fallBack(q.cached, v.err)
	case v != nil:
		return v.Credentials, nil
	case g.lock == nil: // the keys can be had and used all the same
		b.debug("role credentials are fetched without a lock", "why", g.why)
	}
	c, err := b.fetch(ctx, q)
	if err == nil || ctx.Err() != nil {
		return c, err
	}
	return b.fallBack(q.cached, err)
}

// othersKeys looks for what other processes have come to since the request began: keys
// that it may take, or a failure that it shares.
func (b *Broker) othersKeys(q roleRequest) *verdict {
	c, err := b.Cache.LoadCredentials(q.file)
	out := readOutcome(b.roleFile(q.file, ".outcome"))
	fresh := out.after(q.last)
	if err == nil && q.mayUse(c) {
		if keys, ok := b.usable(c, q.cached, out, fresh, b.now()); ok {
			return &verdict{Answer: Answer{Credentials: keys}}
		}
	}
	if !fresh {
		return nil
	}
	return out.verdict(q.Session)
}

// usable says whether a waiter may take c, and with which date: it would have
// reused it, or it was written since it began to wait, which matters for roles
// whose sessions are short and for clocks that are wrong. fresh says that the
// outcome was.
func (b *Broker) usable(c, before ssocache.Credentials, out outcome, fresh bool, now time.Time) (ssocache.Credentials, bool) {
	if keys, ok := b.recentKeys(out, c, now); ok {
		return keys, true
	}
	if keys, ok := b.keys(out, c); ok && fresh {
		return keys, true
	}
	return c, c.Reusable(now) || c.Left(now) > lastMinute && c.AccessKeyID != before.AccessKeyID
}

// fetch asks the portal, renewing the token where that is needed, and stores
// the answer. The session's lock is free by then.
func (b *Broker) fetch(ctx context.Context, q roleRequest) (ssocache.Credentials, error) {
	c, tried, err := b.ask(ctx, q, secret.String{})
	if errors.Is(err, idcenter.ErrUnauthorized) {
		b.debug("the portal rejected the token", "session", q.Session.Key())
		c, tried, err = b.ask(ctx, q, tried)
		if errors.Is(err, idcenter.ErrUnauthorized) {
			err = &SessionError{Session: q.Session, Why: "the portal rejected a token that was just refreshed", Err: err}
		}
	}
	if err != nil {
		var origin *OriginError
		if ctx.Err() == nil && !errors.As(err, &origin) { // the others may have other settings
			b.recordRole(q.file, tried, err)
		}
		return ssocache.Credentials{}, err
	}
	return c, nil
}

// ask makes one call to the portal, with a token other than rejected, and stores the
// keys. It returns the access token that it tried too.
func (b *Broker) ask(ctx context.Context, q roleRequest, rejected secret.String) (ssocache.Credentials, secret.String, error) {
	before := b.generation(q.Session)
	tok, err := b.token(ctx, q.Session, rejected)
	if err != nil {
		return ssocache.Credentials{}, rejected, err
	}
	service, t, err := b.toPortal(q.Session, tok)
	if err != nil {
		return ssocache.Credentials{}, tok.AccessToken, err
	}
	got, err := service.RoleCredentials(ctx, tok.AccessToken, q.AccountID, q.RoleName)
	if err != nil {
		return ssocache.Credentials{}, tok.AccessToken, err
	}
	b.notice(got.Clock)
	c, given, err := date(ssocache.Credentials{
		AccessKeyID: got.AccessKeyID, SecretAccessKey: got.SecretAccessKey, SessionToken: got.SessionToken,
		Expiration: got.Expiration, AccountID: q.AccountID, Session: q.Session.Key(), StartURL: q.Session.StartURL,
		Origin: t.portal.Origin,
	}, got.Clock, b.now())
	if err != nil {
		return ssocache.Credentials{}, tok.AccessToken, err
	}
	b.storeKeys(q, t, before, c, given)
	return given, tok.AccessToken, nil
}

// storeKeys stores the keys that the portal has given out, unless the session is over
// since before or the cache has live keys of another origin. given is c with the date
// that the request answers.
func (b *Broker) storeKeys(q roleRequest, t target, before generation, c, given ssocache.Credentials) {
	if b.overSince(q.Session, before) || len(b.glance(q.Session)) == 0 {
		b.debug("signed out during the fetch: the role credentials are not stored", "file", q.file)
		return
	}
	if old, err := b.Cache.LoadCredentials(q.file); err == nil && !t.portal.Takes(old.Origin) && old.Left(b.now()) > 0 {
		b.debug("role credentials of another origin are kept; these are not stored", "file", q.file, "origin", old.Origin)
		return
	}
	if !c.Reusable(b.now()) { // before the keys: a process that sees them must know what they are
		b.recordKeys(q.file, given)
	}
	if err := b.Cache.SaveCredentials(q.file, c); err != nil {
		b.debug("role credentials not stored", "error", err)
	}
	if b.overSince(q.Session, before) { // signed out in this very moment
		_ = b.Cache.Remove(filepath.Join(b.Cache.Roles(), q.file))
	}
}

// recordRole tells the processes that wait for this role how it went.
func (b *Broker) recordRole(name string, tried secret.String, err error) {
	b.writeOutcome(b.roleFile(name, ".outcome"), kindOf(err), tried, err)
}

// fallBack lets cached keys stand in after a failure, unless somebody said that
// the person may not have them.
func (b *Broker) fallBack(cached ssocache.Credentials, err error) (ssocache.Credentials, error) {
	left := cached.Left(b.now())
	if left <= lastMinute || !transient(err) {
		return ssocache.Credentials{}, err
	}
	b.warn("using cached role credentials that expire in %s: %v", left.Round(time.Second), err)
	return cached, nil
}

// transient says that nobody refused: the network or the service failed, or
// the storage did.
func transient(err error) bool {
	var session *SessionError
	var storage *StorageError
	var shared *SharedError
	switch {
	case errors.As(err, &session):
		return false
	case errors.As(err, &storage):
		return true
	case errors.As(err, &shared):
		return !shared.Refused
	}
	return errors.Is(err, idcenter.ErrTemporary) || errors.Is(err, ErrStillExpired)
}

// Our clock and the service's may differ. Tokens do not mind: they are dated by
// our clock, from their lifetime. Role credentials come with a date by the
// service's clock, so what is stored is the earlier of that date and the end by our
// clock. A clock that is set right later then finds them shorter-lived than they
// are, never longer:
//
//   - Ours is behind: by the service's date the keys would seem to live on when
//     they have ended. The date stored is ours; once the clock is set right, the
//     keys are fetched that much too early.
//   - Ours is ahead: by the service's date, which is stored, the keys may seem to
//     have ended when they come. A program that gets such a date from a
//     credential_process asks again at once, for ever; so the answer has the end by
//     our clock, which is the one that the asker looks at. That end lies in the
//     role's outcome, for the processes that waited and, for [inStep], for the next
//     ones. Only once the clock is set right does it lie in the future of what is
//     true; the outcome, made by the wrong clock, then lies in the future as well,
//     and is not believed: see [outcome.within]. (Where the clock is set back by as
//     much as has passed since, to within five minutes, it is believed until they
//     are over.)
const (
	skewIgnored = time.Minute      // below it dates are taken as they come
	inStep      = 5 * time.Minute  // how long an outcome speaks for keys that seem to have ended
	inStepLeft  = 15 * time.Minute // that they must really live; see [ssocache.Credentials.Reusable]
)

// ErrStillExpired says that the service gave out keys that have ended already. The
// text is the AWS CLI's.
var ErrStillExpired = errors.New("Credentials were refreshed, but the refreshed credentials are still expired.")

// date gives keys that have just come, with the service's date, the one to store
// and the one to give out. Keys that have ended by the service's own clock are
// [ErrStillExpired], as for the AWS CLI: nobody can use them.
func date(c ssocache.Credentials, clock idcenter.Clock, now time.Time) (stored, given ssocache.Credentials, err error) {
	left := c.Left(now)
	if !clock.Date.IsZero() {
		left = c.Left(clock.Date)
		c.Life = left
	}
	if left < time.Second { // the resolution of the service's clock
		return c, c, ErrStillExpired
	}
	ours := c.Expiration
	if clock.Ahead.Abs() > skewIgnored {
		ours = ours.Add(clock.Ahead)
	}
	if ours.Before(c.Expiration) {
		c.Expiration = ours
	}
	stored, given = c, c
	if !stored.Reusable(now) {
		given.Expiration = ours
	}
	return stored, given, nil
}

// recordKeys is for keys that nobody would take from the cache by their date: it
// tells the processes that wait that these are the newest keys, and how long they
// live by our clock.
func (b *Broker) recordKeys(name string, given ssocache.Credentials) {
	b.record(b.roleFile(name, ".outcome"), succeeded, given.SessionToken, ssocache.FormatTime(given.Expiration))
}

// keys returns c with the end that the outcome knows, if the outcome is about c.
func (b *Broker) keys(o outcome, c ssocache.Credentials) (ssocache.Credentials, bool) {
	if o.kind != succeeded || c.AccessKeyID == "" || o.fingerprint != b.trial(c.SessionToken) {
		return c, false
	}
	end, err := time.Parse(time.RFC3339, o.text)
	c.Expiration = end
	return c, err == nil
}

// recentKeys does what keys does, for a request that did not wait: the outcome must be
// recent.
func (b *Broker) recentKeys(o outcome, c ssocache.Credentials, now time.Time) (ssocache.Credentials, bool) {
	c, ok := b.keys(o, c)
	return c, ok && o.within(inStep, now) && c.Left(now) >= inStepLeft
}
