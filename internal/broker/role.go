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

// This file gets role credentials. It reads the cache, takes the role's lock, reads the cache
// again, calls the portal, and stores the credentials. The end of the file corrects the
// expiration if the clocks of this machine and of the service differ.

// role returns role credentials, from the cache if they are valid for long enough.
func (b *Broker) role(ctx context.Context, r Request) (Answer, error) {
	t, err := b.target(r.Session)
	if err != nil {
		return Answer{}, err
	}
	q := newRoleRequest(r, t)
	q.cached = b.cachedCredentials(q)
	if q.cached.Reusable(b.now()) {
		b.debug("role credentials from the cache", "file", q.file, "expires", ssocache.FormatTime(q.cached.Expiration))
		return Answer{Credentials: q.cached}, b.keepFresh(ctx, r.Session)
	}
	ctx = withDeadline(ctx)
	q.last = readOutcome(b.roleFile(q.file, ".outcome"))
	if c, ok := b.recentlyFetched(q.last, q.cached, b.now()); ok {
		b.debug("role credentials from the cache, with a date by this machine's clock", "file", q.file, "expires", ssocache.FormatTime(c.Expiration))
		return Answer{Credentials: c}, b.keepFresh(ctx, r.Session)
	}
	return b.fly(ctx, flight{
		file:   q.file,
		look:   func() *reply { return b.othersCredentials(q) },
		call:   func() (ssocache.Credentials, error) { return b.fetch(ctx, q) },
		cached: q.cached,
	}, b.deadline(ctx))
}

// A roleRequest holds a request for role credentials, and the contents of the cache when the
// request began.
type roleRequest struct {
	Request
	target target
	file   string               // the name of the cache file
	cached ssocache.Credentials // zero if the cache has no credentials that the request can use
	last   outcome              // of the last fetch before the request
}

func newRoleRequest(r Request, t target) roleRequest {
	return roleRequest{Request: r, target: t, file: ssocache.RoleName(r.AccountID, r.RoleName, r.Session.Name, r.Session.StartURL)}
}

// mayUse reports whether cached role credentials belong to the request's session and
// target, and no service has refused them.
func (q roleRequest) mayUse(c ssocache.Credentials) bool {
	return q.target.mayUse(c, q.Session) && !q.rejects(c)
}

// cachedCredentials returns the role credentials in the cache. They are zero if the request
// cannot use them.
func (b *Broker) cachedCredentials(q roleRequest) ssocache.Credentials {
	c, err := b.loadRole(q)
	switch {
	case errors.Is(err, ssocache.ErrNotFound):
	case err != nil:
		b.debug("ignored unreadable role credentials", "error", err)
	case !q.target.mayUse(c, q.Session):
		b.debug("ignored role credentials of another start URL or origin", "file", q.file, "startUrl", c.StartURL, "origin", c.Origin)
	case q.rejects(c):
		b.debug("ignored role credentials that a service refused", "file", q.file)
	default:
		return c
	}
	return ssocache.Credentials{}
}

// keepFresh refreshes the session's token if that is due, although the request was answered
// from the cache. Other programs then find a valid token.
func (b *Broker) keepFresh(ctx context.Context, s profile.Session) error {
	st, now := b.tokensNow(s), b.now()
	h, ok := st.refreshable(now)
	if !ok || s.AutoRefresh == profile.Off {
		return nil
	}
	if tok, valid := st.best(now, secret.String{}); valid && !tok.Due(now, s.Window()) {
		return nil
	}
	_, err := b.refreshEarly(ctx, s, h, st.newest(now))
	return err
}

// A flight gets credentials that the cache does not have. If many processes need the
// credentials at the same time, one process calls the service and the other processes wait
// for the result.
type flight struct {
	file   string                               // the name of the cache file; the lock is beside it
	look   func() *reply                        // looks for the result of another process
	call   func() (ssocache.Credentials, error) // calls the service and stores the result
	cached ssocache.Credentials                 // returned if the call fails, but the service did not refuse
}

// fly returns the result of another process, or makes the call itself.
func (b *Broker) fly(ctx context.Context, f flight, deadline time.Time) (Answer, error) {
	g, err := b.wait(ctx, b.roleFile(f.file, ".lock"), deadline, f.look)
	if err != nil {
		return Answer{}, err
	}
	defer g.release()
	v := g.reply
	if g.lock != nil {
		v = f.look() // another process may have had the lock since the cache was read
	}
	switch {
	case v != nil && v.err != nil:
		return b.fallBack(f.cached, v.err)
	case v != nil:
		return v.Answer, nil
	case g.lock == nil: // a second call is harmless
		b.debug("credentials are requested without a lock", "why", g.why)
	}
	c, err := f.call()
	if err == nil || ctx.Err() != nil {
		return Answer{Credentials: c, Fetched: true}, err
	}
	return b.fallBack(f.cached, err)
}

// othersCredentials looks for the result of another process since the request began: role
// credentials, or a failure to fetch them.
func (b *Broker) othersCredentials(q roleRequest) *reply {
	c, err := b.loadRole(q)
	out := readOutcome(b.roleFile(q.file, ".outcome"))
	fresh := out.differsFrom(q.last)
	if err == nil && q.mayUse(c) {
		if c, ok := b.takeFromOther(c, q.cached, out, fresh, b.now()); ok {
			return &reply{Answer: Answer{Credentials: c}}
		}
	}
	if !fresh {
		return nil
	}
	return out.reply(q.Session)
}

// takeFromOther returns the cached credentials c with the right expiration, and reports whether a
// waiting process may use the credentials. The process may use credentials that are valid for long
// enough for any request. It may also use credentials that another process has fetched during the
// wait. With a short session or a wrong clock, even new credentials may not be valid for long
// enough. initial holds the cached credentials before the wait. isNew reports whether another
// process wrote the outcome result during the wait.
func (b *Broker) takeFromOther(c, initial ssocache.Credentials, result outcome, isNew bool, now time.Time) (ssocache.Credentials, bool) {
	if dated, ok := b.recentlyFetched(result, c, now); ok {
		return dated, true
	}
	if dated, ok := b.withRecordedEnd(result, c); ok && isNew {
		return dated, true
	}
	return c, c.Reusable(now) || c.Left(now) > lastMinute && c.AccessKeyID != initial.AccessKeyID
}

// fetch gets role credentials from the portal and stores them. If the portal rejects the
// token, fetch refreshes it and calls once more. It records a failure for the waiting
// processes.
func (b *Broker) fetch(ctx context.Context, q roleRequest) (ssocache.Credentials, error) {
	c, tried, err := b.callPortal(ctx, q, secret.String{})
	if errors.Is(err, idcenter.ErrUnauthorized) {
		b.debug("the portal rejected the token", "session", q.Session.Key())
		c, tried, err = b.callPortal(ctx, q, tried)
		if errors.Is(err, idcenter.ErrUnauthorized) {
			err = &SessionError{Session: q.Session, Why: "the portal rejected a token that was just refreshed", Err: err}
		}
	}
	if err != nil {
		var origin *OriginError
		if ctx.Err() == nil && !errors.As(err, &origin) { // other processes may have other settings
			b.recordRole(q.file, tried, err)
		}
		return ssocache.Credentials{}, err
	}
	return c, nil
}

// callPortal makes one call to the portal, with a token other than rejected, and stores the
// role credentials. It also returns the access token that it used. It does not hold the
// session's lock during the call.
func (b *Broker) callPortal(ctx context.Context, q roleRequest, rejected secret.String) (ssocache.Credentials, secret.String, error) {
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
	b.warnOfClock(got.Clock)
	c, given, err := correctExpiration(ssocache.Credentials{
		AccessKeyID: got.AccessKeyID, SecretAccessKey: got.SecretAccessKey, SessionToken: got.SessionToken,
		Expiration: got.Expiration, AccountID: q.AccountID, Session: q.Session.Key(), StartURL: q.Session.StartURL,
		Origin: t.portal.Origin,
	}, got.Clock, b.now())
	if err != nil {
		return ssocache.Credentials{}, tok.AccessToken, err
	}
	b.storeCredentials(q, t, before, c, given)
	return given, tok.AccessToken, nil
}

// storeCredentials stores c in the cache, with two exceptions: the generation has changed since
// startedIn, or the cache has valid credentials of another origin. dated is c with the expiration
// that the request returns.
func (b *Broker) storeCredentials(q roleRequest, t target, startedIn generation, c, dated ssocache.Credentials) {
	if b.overSince(q.Session, startedIn) || len(b.tokensNow(q.Session)) == 0 {
		b.debug("signed out during the fetch: the role credentials are not stored", "file", q.file)
		return
	}
	if old, err := b.loadRole(q); err == nil && !t.portal.Takes(old.Origin) && old.Left(b.now()) > 0 {
		b.debug("kept the cached role credentials of another origin; the new role credentials are not stored", "file", q.file, "origin", old.Origin)
		return
	}
	if !c.Reusable(b.now()) { // first, so that a process that reads c also finds the outcome
		b.recordExpiration(q.file, dated)
	}
	if err := b.saveRole(q, startedIn, c); err != nil {
		b.debug("role credentials not stored", "error", err)
	}
	if b.overSince(q.Session, startedIn) { // the user signed out while c was being stored
		_ = b.Cache.Remove(filepath.Join(b.Cache.Roles(), q.file))
	}
}

// recordRole records a failure for the processes that wait for this role.
func (b *Broker) recordRole(name string, tried secret.String, err error) {
	b.writeOutcome(b.roleFile(name, ".outcome"), kindOf(err), tried, err)
}

// fallBack returns the cached credentials after a transient failure, with a warning. It
// returns err if the credentials have expired, or if a service has refused the request.
func (b *Broker) fallBack(cached ssocache.Credentials, err error) (Answer, error) {
	left := cached.Left(b.now())
	if left <= lastMinute || !transient(err) {
		return Answer{}, err
	}
	b.warn("using cached role credentials that expire in %s: %v", left.Round(time.Second), err)
	return Answer{Credentials: cached}, nil
}

// transient reports whether err is a failure of the network, the service or the storage, and
// not a refusal.
func transient(err error) bool {
	var session *SessionError
	var storage *StorageError
	var shared *SharedError
	var reply errorReply
	switch {
	case errors.As(err, &session):
		return false
	case errors.As(err, &reply):
		return reply.Transient()
	case errors.As(err, &storage):
		return true
	case errors.As(err, &shared):
		return !shared.Refused
	}
	return errors.Is(err, idcenter.ErrTemporary) || errors.Is(err, ErrStillExpired)
}

// The rest of this file corrects the dates of role credentials if this machine's clock is
// wrong.
//
// The portal sends the expiration of role credentials by its own clock: the service's date.
// The corrected date is the same time by this machine's clock. The broker stores the earlier
// date in the cache file. So if the user corrects the clock later, cached credentials can
// seem to expire too early, but never too late. Tokens need no correction. The service sends
// a lifetime with a token, and the broker computes the date by this machine's clock.
//
// If this machine's clock is slow, the broker stores and returns the corrected date.
//
// If this machine's clock is fast, the broker stores the service's date. By this machine's
// clock, that date can be in the past as soon as the credentials arrive. An SDK that gets
// such a date from a credential_process would ask again at once, without end. In this case,
// the broker returns the corrected date. It also writes the corrected date to the role's
// outcome file, for waiting processes, and for later requests within [recordedFor]. If the
// user corrects the clock, the outcome file is dated in the future, and the broker ignores
// the file: see [outcome.within].
const (
	skewIgnored   = time.Minute      // a smaller difference of the clocks is not corrected
	recordedFor   = 5 * time.Minute  // how long a corrected date in an outcome is used
	recordedLeast = 15 * time.Minute // minimum validity of such credentials; as in [ssocache.Credentials.Reusable]
)

// ErrStillExpired reports that the service returned role credentials that have already
// expired. The text is the AWS CLI's.
var ErrStillExpired = errors.New("Credentials were refreshed, but the refreshed credentials are still expired.")

// correctExpiration takes new role credentials with the service's date. It returns the
// credentials with the date to store, and with the date to return to the client. If the
// credentials have expired by the service's clock, it returns [ErrStillExpired], as the AWS
// CLI does.
func correctExpiration(c ssocache.Credentials, clock idcenter.Clock, now time.Time) (stored, returned ssocache.Credentials, err error) {
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
	stored, returned = c, c
	if !stored.Reusable(now) {
		returned.Expiration = ours
	}
	return stored, returned, nil
}

// recordExpiration records the corrected date of role credentials in the outcome file.
// Without this record, other processes would reject these credentials, because the cache file
// has the service's date.
func (b *Broker) recordExpiration(name string, dated ssocache.Credentials) {
	b.writeOutcomeText(b.roleFile(name, ".outcome"), succeeded, dated.SessionToken, ssocache.FormatTime(dated.Expiration))
}

// withRecordedEnd returns c with the expiration that the outcome records, if the outcome is
// about c.
func (b *Broker) withRecordedEnd(o outcome, c ssocache.Credentials) (ssocache.Credentials, bool) {
	if o.kind != succeeded || c.AccessKeyID == "" || o.fingerprint != b.triedFingerprint(c.SessionToken) {
		return c, false
	}
	end, err := time.Parse(time.RFC3339, o.text)
	c.Expiration = end
	return c, err == nil
}

// recentlyFetched does the same as withRecordedEnd, for a request that did not wait. The
// outcome must be recent, and c must be valid for long enough.
func (b *Broker) recentlyFetched(o outcome, c ssocache.Credentials, now time.Time) (ssocache.Credentials, bool) {
	c, ok := b.withRecordedEnd(o, c)
	return c, ok && o.within(recordedFor, now) && c.Left(now) >= recordedLeast
}
