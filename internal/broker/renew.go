package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// The renewal of a token: take the session's lock, read again, spend the refresh token,
// store its successor.

// A renewal is the request for another token than those that were found.
type renewal struct {
	session  profile.Session
	seen     secret.String // the newest access token that was found
	rejected secret.String // the one that a service refused; zero for none
	budget   time.Duration // limits the call further than the service does; 0 does not
}

// done returns a token of the state with which the renewal is not needed any more: it
// is not due, or has come since.
func (r renewal) done(st state, now time.Time) (ssocache.Token, bool) {
	tok, live := st.best(now, r.rejected)
	return tok, live && (!tok.Due(now, r.session.Window()) || !tok.AccessToken.Equal(r.seen))
}

// renewEarly renews a session whose token still lives. Most of what goes wrong here
// does not matter yet: it returns the zero token when the old one should be used. The
// only errors are the context's and an *[OriginError].
func (b *Broker) renewEarly(ctx context.Context, s profile.Session, h holding, seen secret.String) (ssocache.Token, error) {
	out := readOutcome(b.sessionFile(s, ".outcome"))
	if out.fingerprint == b.trial(h.tok.RefreshToken) &&
		(out.kind == ended || out.bad() && out.within(retryEarly, b.now())) {
		b.debug("early renewal put off", "session", s.Key(), "last", out.kind)
		return ssocache.Token{}, nil
	}
	g := b.try(ctx, b.sessionFile(s, ".lock"))
	if g.lock == nil {
		return ssocache.Token{}, nil // another process renews it, or none can
	}
	defer g.release()
	tok, err := b.renewLocked(ctx, renewal{session: s, seen: seen, budget: earlyBudget}, g)
	var origin *OriginError
	switch {
	case err == nil:
		return tok, nil
	case ctx.Err() != nil:
		return ssocache.Token{}, ctx.Err()
	case errors.As(err, &origin):
		return ssocache.Token{}, err
	}
	b.warn("could not refresh the SSO session early, its token is still used: %v", cause(err))
	return ssocache.Token{}, nil
}

// cause returns what the service said about an ended session, where it said
// something: "has expired" would be wrong while its token still lives.
func cause(err error) error {
	var s *SessionError
	if errors.As(err, &s) && s.Err != nil {
		return s.Err
	}
	return err
}

// renew renews a session whose token is of no more use. Of all the processes
// that ask at the same time one does it and the others wait for what comes of
// it.
func (b *Broker) renew(ctx context.Context, s profile.Session, st state, rejected secret.String) (ssocache.Token, error) {
	r := renewal{session: s, seen: st.newest(b.now()), rejected: rejected}
	last := readOutcome(b.sessionFile(s, ".outcome"))
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), b.deadline(ctx), func() *verdict { return b.othersToken(r, last) })
	if err != nil {
		return ssocache.Token{}, err
	}
	if g.settled != nil {
		return g.settled.Token, g.settled.err
	}
	defer g.release()
	if g.why != "" {
		if tok, live := b.glance(s).best(b.now(), rejected); live {
			b.warn("the SSO session was not refreshed, its token is still used: %s", g.why)
			return tok, nil
		}
	}
	return b.renewLocked(ctx, r, g)
}

// othersToken looks for what other processes have come to since the outcome last: a
// token that the renewal may take, or a failure that it shares.
func (b *Broker) othersToken(r renewal, last outcome) *verdict {
	now, st := b.now(), b.glance(r.session)
	if tok, ok := r.done(st, now); ok {
		return &verdict{Answer: Answer{Token: tok}}
	}
	out := readOutcome(b.sessionFile(r.session, ".outcome"))
	h, ok := st.holder(now)
	if !out.after(last) || !ok || out.fingerprint != b.trial(h.tok.RefreshToken) {
		return nil
	}
	return out.verdict(r.session)
}

// renewLocked spends the refresh token and stores its successor, under the
// session's lock or, with the guard's reason, without it. A token that has
// appeared meanwhile is taken instead.
func (b *Broker) renewLocked(ctx context.Context, r renewal, g guard) (ssocache.Token, error) {
	for range maxRenewRounds {
		h, v := b.readAgain(ctx, r)
		if v != nil {
			return v.Token, v.err
		}
		sent, before := time.Now(), b.generation(r.session)
		tok, err := b.spend(ctx, r, g, h)
		if err == nil || !refused(err) {
			return tok, err
		}
		changed, err2 := b.replaced(ctx, r.session, h, sent)
		if err2 != nil {
			return ssocache.Token{}, err2
		}
		if !changed {
			b.recordEnd(r.session, h, before, err)
			return ssocache.Token{}, &SessionError{Session: r.session, Why: "the service refused to refresh the token", Err: err}
		}
		b.debug("another program has renewed the token meanwhile", "session", r.session.Key())
	}
	return ssocache.Token{}, &SessionError{Session: r.session, Why: "other programs keep replacing the token"}
}

// readAgain reads and judges the session's tokens under its lock. It returns the token
// to spend, or the verdict with which the renewal ends.
func (b *Broker) readAgain(ctx context.Context, r renewal) (holding, *verdict) {
	for _, key := range b.names(r.session) {
		b.Cache.Forget(key) // what is read now decides whether the token is spent
	}
	st, err := b.read(ctx, r.session)
	if err != nil {
		return holding{}, &verdict{err: err}
	}
	now := b.now()
	if tok, ok := r.done(st, now); ok {
		return holding{}, &verdict{Answer: Answer{Token: tok}}
	}
	h, ok := st.holder(now)
	if !ok {
		return holding{}, &verdict{err: b.sessionError(r.session, st, r.rejected)}
	}
	out := readOutcome(b.sessionFile(r.session, ".outcome"))
	if out.kind == ended && out.within(endedFor, now) && out.fingerprint == b.trial(h.tok.RefreshToken) {
		return holding{}, out.verdict(r.session)
	}
	return h, nil
}

// spend makes the one call that cannot be taken back. The place of the new
// token is reserved first. The end of ctx and signals count until the refresh token is
// sent; then both are held back until its successor is stored.
func (b *Broker) spend(ctx context.Context, r renewal, g guard, h holding) (ssocache.Token, error) {
	s := r.session
	service, t, err := b.toSignIn(s, h.tok)
	if err != nil {
		return ssocache.Token{}, err
	}
	pending, err := b.Cache.PrepareToken(h.key)
	if err != nil {
		return ssocache.Token{}, b.storageError("", err)
	}
	if g.why != "" {
		b.warn("refreshing the SSO session without a lock: %s", g.why)
	}
	if err := ctx.Err(); err != nil {
		pending.Abort()
		return ssocache.Token{}, err
	}
	before := b.generation(s)
	defer b.hold()()
	grant, err := b.refreshWithin(ctx, r.budget, service, h.tok)
	if err != nil {
		pending.Abort()
		if !errors.Is(err, context.Canceled) && !refused(err) { // a canceled call has sent nothing
			b.writeOutcome(b.sessionFile(s, ".outcome"), kindOf(err), h.tok.RefreshToken, err)
		}
		return ssocache.Token{}, err
	}
	b.notice(grant.Clock)
	tok := h.tok.Renewed(grant.AccessToken, grant.RefreshToken, grant.Lifetime, b.now())
	tok.Origin = t.renewedOrigin(h.tok.Origin)
	if b.overSince(s, before) {
		pending.Abort()
		_ = b.endAt(context.WithoutCancel(ctx), tok) // the sign-out could not know this one
		return ssocache.Token{}, &SessionError{Session: s, Why: "signed out while the token was being refreshed"}
	}
	b.storeRenewed(s, h, tok, pending)
	return tok, ctx.Err()
}

// refreshWithin makes the call. The service keeps to its own budget, so 0 is none.
func (b *Broker) refreshWithin(ctx context.Context, budget time.Duration, service Service, t ssocache.Token) (idcenter.Grant, error) {
	within := ctx
	if budget > 0 {
		var cancel context.CancelFunc
		within, cancel = context.WithTimeout(ctx, budget)
		defer cancel()
	}
	grant, err := b.refresh(within, service, t, t.RefreshToken)
	if err != nil && within.Err() != nil && ctx.Err() == nil {
		err = fmt.Errorf("the sign-in service of %s in %s did not answer within %s", t.StartURL, t.Region, budget)
	}
	return grant, err
}

// refresh spends a refresh token that the client of t got. A client that the service
// does not accept is forgotten, so that the next sign-in registers anew.
func (b *Broker) refresh(ctx context.Context, service Service, t ssocache.Token, refreshToken secret.String) (idcenter.Grant, error) {
	grant, err := service.Refresh(ctx, registration(t), refreshToken)
	if errors.Is(err, idcenter.ErrInvalidClient) || errors.Is(err, idcenter.ErrUnauthorizedClient) {
		if err := b.Cache.DropRegistration(t.ClientID); err != nil {
			b.warn("the client registration that the service does not accept is not removed: %v", err)
		}
	}
	return grant, err
}

func registration(t ssocache.Token) idcenter.Registration {
	return idcenter.Registration{ClientID: t.ClientID, ClientSecret: t.ClientSecret, ExpiresAt: t.RegistrationExpiresAt}
}

// storeRenewed puts the successor of a holding in its place, then the copies. The old
// token is spent, so this process goes on with the new one whatever fails here.
func (b *Broker) storeRenewed(s profile.Session, h holding, tok ssocache.Token, pending keystore.Place) {
	err := pending.Commit(tok.Encode())
	var kept *atomicfile.KeptError
	switch {
	case errors.As(err, &kept): // the next request moves it
		b.warn("the SSO session was refreshed, but %v", err)
	case err != nil:
		b.warn("the SSO session was refreshed, but %s could not be written: %v", b.Cache.TokenPath(h.key), err)
		return
	}
	b.writeOutcome(b.sessionFile(s, ".outcome"), succeeded, tok.RefreshToken, nil)
	b.trackRenewal(h.key, h.tok.RefreshToken, tok.RefreshToken)
	b.writeCopies(s, h.key, tok)
	b.Cache.Sweep(b.now())
	b.debug("token renewed", "session", s.Key(), "file", b.Cache.TokenPath(h.key), "expires", ssocache.FormatTime(tok.ExpiresAt))
}

// writeCopies puts the access token under the session's other names, without
// the refresh token. A token there that can be renewed by itself is another
// sign-in, and is left alone, as is a live one of another origin.
func (b *Broker) writeCopies(s profile.Session, holder string, tok ssocache.Token) {
	for _, key := range b.names(s) {
		if key == holder || b.vaulted(holder, key) {
			continue
		}
		old, err := b.Cache.LoadToken(key)
		if keystore.Unknown(err) {
			b.debug("no copy is written over what cannot be read", "error", err)
			continue
		}
		if err == nil && (old.Refreshable(b.now()) || old.Left(b.now()) > 0 && !sameOrigin(old, tok)) {
			continue
		}
		if err := b.Cache.SaveToken(key, tok.Copy()); err != nil {
			b.warn("the token could not be copied to %s: %v", b.Cache.TokenPath(key), err)
		}
	}
}

// vaulted reports whether either of two names of a session keeps its token outside
// the AWS CLI's files. No copy is made then: no other program would find it there,
// and none may come to lie in clear.
func (b *Broker) vaulted(keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		store, err := b.Cache.Store(key)
		return err != nil || store != keystore.File
	})
}

// replaced waits for another program, which takes no lock, to store what it
// got for the refresh token that was refused: it may have spent it a moment
// before ours was sent.
func (b *Broker) replaced(ctx context.Context, s profile.Session, h holding, sent time.Time) (bool, error) {
	deadline := sent.Add(patience)
	if least := time.Now().Add(patienceLeft); deadline.Before(least) {
		deadline = least
	}
	for {
		st := b.glance(s)
		if now, ok := st.holder(b.now()); ok && !now.tok.RefreshToken.Equal(h.tok.RefreshToken) {
			return true, nil
		}
		if tok, err := b.Cache.LoadToken(h.key); err == nil && !tok.AccessToken.Equal(h.tok.AccessToken) {
			return true, nil // renewed by a program that dropped the refresh token
		} else if errors.Is(err, ssocache.ErrNotFound) {
			return false, nil // signed out
		}
		if !time.Now().Before(deadline) {
			return false, nil
		}
		if err := sleep.For(ctx, reread); err != nil {
			return false, err
		}
	}
}

// recordEnd records that the service has refused a refresh token for good: for the
// processes that wait, and for the horizon. before is the generation in which it was
// sent.
func (b *Broker) recordEnd(s profile.Session, h holding, before generation, err error) {
	b.writeOutcome(b.sessionFile(s, ".outcome"), ended, h.tok.RefreshToken, err)
	if now := b.generation(s); now.known && now == before { // a sign-out teaches nothing
		b.trackEnd(h.key, h.tok.RefreshToken, err)
	}
}

// refused says that the service looked at the refresh token and will not take
// it: trying again is of no use.
func refused(err error) bool {
	var s *idcenter.ServiceError
	if !errors.As(err, &s) || errors.Is(err, idcenter.ErrTemporary) {
		return false
	}
	return s.Code != "SlowDownException"
}
