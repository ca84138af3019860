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

// role returns the credentials of a role, from the cache while they have long
// enough to live.
func (b *Broker) role(ctx context.Context, r Request) (ssocache.Credentials, error) {
	s := r.Session
	t, err := b.target(s)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	name := ssocache.RoleName(r.AccountID, r.RoleName, s.Name, s.StartURL)
	cached, err := b.Cache.LoadCredentials(name)
	if err != nil && !errors.Is(err, ssocache.ErrNotFound) {
		b.debug("role cache passed over", "error", err)
	}
	if !t.mayUse(cached, s) {
		b.debug("role credentials of another start URL or origin passed over", "file", name, "startUrl", cached.StartURL, "origin", cached.Origin)
		cached = ssocache.Credentials{}
	}
	if r.rejects(cached) {
		b.debug("role credentials that a service refused passed over", "file", name)
		cached = ssocache.Credentials{}
	}
	if cached.Reusable(b.now()) {
		b.debug("role credentials from the cache", "file", name, "expires", ssocache.FormatTime(cached.Expiration))
		return cached, b.keepFresh(ctx, s)
	}
	ctx = withDeadline(ctx)
	last := readOutcome(b.roleFile(name, ".outcome"))
	if keys, ok := b.recentKeys(last, cached, b.now()); ok {
		b.debug("role credentials from the cache, with a date by this clock", "file", name, "expires", ssocache.FormatTime(keys.Expiration))
		return keys, b.keepFresh(ctx, s)
	}
	var found ssocache.Credentials
	var shared error
	settled := func() bool {
		c, err := b.Cache.LoadCredentials(name)
		out := readOutcome(b.roleFile(name, ".outcome"))
		if err == nil && t.mayUse(c, s) && !r.rejects(c) {
			var ok bool
			if found, ok = b.usable(c, cached, out, out.after(last), b.now()); ok {
				return true
			}
		}
		if out.after(last) {
			switch {
			case out.kind == ended:
				shared = &SessionError{Session: s, Why: out.text, Err: out.err()}
			case out.bad():
				shared = out.err()
			}
		}
		return shared != nil
	}
	g, done, err := b.wait(ctx, b.roleFile(name, ".lock"), b.deadline(ctx), settled)
	if err != nil {
		return ssocache.Credentials{}, err
	}
	defer g.release()
	switch {
	case done || g.lock != nil && settled():
		if shared != nil {
			return b.fallBack(cached, shared)
		}
		return found, nil
	case g.lock == nil: // the keys can be had and used all the same
		b.debug("role credentials are fetched without a lock", "why", g.why)
	}
	c, err := b.fetch(ctx, r, name)
	if err == nil || ctx.Err() != nil {
		return c, err
	}
	return b.fallBack(cached, err)
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

// fetch asks the portal, renewing the token where that is needed, and stores
// the answer. The session's lock is free by then.
func (b *Broker) fetch(ctx context.Context, r Request, name string) (ssocache.Credentials, error) {
	c, tried, err := b.ask(ctx, r, secret.String{})
	if errors.Is(err, idcenter.ErrUnauthorized) {
		b.debug("the portal rejected the token", "session", r.Session.Key())
		c, tried, err = b.ask(ctx, r, tried)
		if errors.Is(err, idcenter.ErrUnauthorized) {
			err = &SessionError{Session: r.Session, Why: "the portal rejected a token that was just refreshed", Err: err}
		}
	}
	if err != nil {
		var origin *OriginError
		if ctx.Err() == nil && !errors.As(err, &origin) { // the others may have other settings
			b.recordRole(name, tried, err)
		}
		return ssocache.Credentials{}, err
	}
	return c, nil
}

// ask makes one call to the portal, with a token other than rejected.
func (b *Broker) ask(ctx context.Context, r Request, rejected secret.String) (ssocache.Credentials, secret.String, error) {
	s := r.Session
	before := b.generation(s)
	tok, err := b.token(ctx, s, rejected)
	if err != nil {
		return ssocache.Credentials{}, rejected, err
	}
	service, t, err := b.toPortal(s, tok)
	if err != nil {
		return ssocache.Credentials{}, tok.AccessToken, err
	}
	got, err := service.RoleCredentials(ctx, tok.AccessToken, r.AccountID, r.RoleName)
	if err != nil {
		return ssocache.Credentials{}, tok.AccessToken, err
	}
	name := ssocache.RoleName(r.AccountID, r.RoleName, s.Name, s.StartURL)
	c := ssocache.Credentials{
		AccessKeyID: got.AccessKeyID, SecretAccessKey: got.SecretAccessKey, SessionToken: got.SessionToken,
		Expiration: got.Expiration, AccountID: r.AccountID, Session: s.Key(), StartURL: s.StartURL,
		Origin: t.portal.Origin,
	}
	b.notice(got.Clock)
	c, given, err := date(c, got.Clock, b.now())
	if err != nil {
		return ssocache.Credentials{}, tok.AccessToken, err
	}
	if b.overSince(s, before) || len(b.glance(s)) == 0 {
		b.debug("signed out during the fetch: the role credentials are not stored", "file", name)
		return given, tok.AccessToken, nil
	}
	if old, err := b.Cache.LoadCredentials(name); err == nil && !t.portal.Takes(old.Origin) && old.Left(b.now()) > 0 {
		b.debug("role credentials of another origin are kept; these are not stored", "file", name, "origin", old.Origin)
		return given, tok.AccessToken, nil
	}
	if !c.Reusable(b.now()) { // before the keys: who sees them must know what they are
		b.recordKeys(name, given)
	}
	if err := b.Cache.SaveCredentials(name, c); err != nil {
		b.debug("role credentials not stored", "error", err)
	}
	if b.overSince(s, before) { // signed out in this very moment
		_ = b.Cache.Remove(filepath.Join(b.Cache.Roles(), name))
	}
	return given, tok.AccessToken, nil
}

// recordRole tells the processes that wait for this role how it went.
func (b *Broker) recordRole(name string, tried secret.String, err error) {
	b.writeOutcome(b.roleFile(name, ".outcome"), kindOf(err), tried, err)
}
