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

// This file refreshes tokens. A refresh takes the session's lock, reads the token again,
// spends the refresh token, and stores the new token.

// A refreshRequest is a request to replace the session's token.
type refreshRequest struct {
	session  profile.Session
	seen     secret.String // the newest access token that the request found
	rejected secret.String // the access token that a service refused; zero if no service refused a token
	budget   time.Duration // a shorter time limit than the limit of [Service], or 0
}

// done returns a valid token if no refresh is necessary. Such a token is not due, or is newer
// than the token that the request found.
func (r refreshRequest) done(st state, now time.Time) (ssocache.Token, bool) {
	tok, valid := st.best(now, r.rejected)
	return tok, valid && (!tok.Due(now, r.session.Window()) || !tok.AccessToken.Equal(r.seen))
}

// refreshEarly refreshes a token that is still valid. If the refresh fails, it prints a
// warning and returns the zero token, and the caller uses the old token. It returns only
// *[OriginError] and the error of ctx.
func (b *Broker) refreshEarly(ctx context.Context, s profile.Session, h cachedToken, seen secret.String) (ssocache.Token, error) {
	out := readOutcome(b.sessionFile(s, ".outcome"))
	if out.fingerprint == b.triedFingerprint(h.tok.RefreshToken) &&
		(out.kind == ended || out.failure() && out.within(retryEarly, b.now())) {
		b.debug("early refresh put off", "session", s.Key(), "last", out.kind)
		return ssocache.Token{}, nil
	}
	g := b.try(ctx, b.sessionFile(s, ".lock"))
	if g.lock == nil {
		return ssocache.Token{}, nil // another process is refreshing, or locks do not work here
	}
	defer g.release()
	tok, err := b.refreshLocked(ctx, refreshRequest{session: s, seen: seen, budget: earlyBudget}, g)
	var origin *OriginError
	switch {
	case err == nil:
		return tok, nil
	case ctx.Err() != nil:
		return ssocache.Token{}, ctx.Err()
	case errors.As(err, &origin):
		return ssocache.Token{}, err
	}
	b.warn("could not refresh the SSO session early: %v; the current token is still valid", cause(err))
	return ssocache.Token{}, nil
}

// cause returns the service's own error for an ended session. The text of a [SessionError]
// says that the session has expired, which is confusing while the token is still valid.
func cause(err error) error {
	var s *SessionError
	if errors.As(err, &s) && s.Err != nil {
		return s.Err
	}
	return err
}

// refreshNow refreshes a token that has expired, will expire within [lastMinute] or was
// rejected. If many processes ask at the same time, one process refreshes the token and the
// other processes wait for the result.
func (b *Broker) refreshNow(ctx context.Context, s profile.Session, st state, rejected secret.String) (ssocache.Token, error) {
	r := refreshRequest{session: s, seen: st.newest(b.now()), rejected: rejected}
	last := readOutcome(b.sessionFile(s, ".outcome"))
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), b.deadline(ctx), func() *reply { return b.othersToken(r, last) })
	if err != nil {
		return ssocache.Token{}, err
	}
	if g.reply != nil {
		return g.reply.Token, g.reply.err
	}
	defer g.release()
	if g.why != "" {
		if tok, valid := b.tokensNow(s).best(b.now(), rejected); valid {
			b.warn("could not refresh the SSO session: %s; the current token is still valid", g.why)
			return tok, nil
		}
	}
	return b.refreshLocked(ctx, r, g)
}

// othersToken looks for a newer result of another process than the outcome previous. The result is
// a token that makes the refresh unnecessary, or a failure to refresh the same token.
func (b *Broker) othersToken(r refreshRequest, previous outcome) *reply {
	now, st := b.now(), b.tokensNow(r.session)
	if tok, ok := r.done(st, now); ok {
		return &reply{Answer: Answer{Token: tok}}
	}
	out := readOutcome(b.sessionFile(r.session, ".outcome"))
	h, ok := st.refreshable(now)
	if !out.differsFrom(previous) || !ok || out.fingerprint != b.triedFingerprint(h.tok.RefreshToken) {
		return nil
	}
	return out.reply(r.session)
}

// refreshLocked spends the refresh token and stores the new token. If the files now have a
// token that makes the refresh unnecessary, it returns this token instead. The caller holds
// the guard of the session's lock. If another program spends the same refresh token first,
// refreshLocked continues with the other program's new token.
func (b *Broker) refreshLocked(ctx context.Context, r refreshRequest, g guard) (ssocache.Token, error) {
	for range maxRounds {
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
			b.recordRefusal(r.session, h, before, err)
			return ssocache.Token{}, &SessionError{Session: r.session, Why: "the service refused to refresh the token", Err: err}
		}
		b.debug("another program has refreshed the token", "session", r.session.Key())
	}
	return ssocache.Token{}, &SessionError{Session: r.session, Why: "other programs keep replacing the token"}
}

// readAgain reads the session's tokens after the lock was taken. It returns the token to
// spend, or the reply that ends the refresh.
func (b *Broker) readAgain(ctx context.Context, r refreshRequest) (cachedToken, *reply) {
	for _, key := range b.names(r.session) {
		b.Cache.Forget(key) // read the file itself before its refresh token is spent
	}
	st, err := b.read(ctx, r.session)
	if err != nil {
		return cachedToken{}, &reply{err: err}
	}
	now := b.now()
	if tok, ok := r.done(st, now); ok {
		return cachedToken{}, &reply{Answer: Answer{Token: tok}}
	}
	h, ok := st.refreshable(now)
	if !ok {
		return cachedToken{}, &reply{err: b.sessionError(r.session, st, r.rejected)}
	}
	out := readOutcome(b.sessionFile(r.session, ".outcome"))
	if out.kind == ended && out.within(endedFor, now) && out.fingerprint == b.triedFingerprint(h.tok.RefreshToken) {
		return cachedToken{}, out.reply(r.session)
	}
	return h, nil
}

// spend sends the refresh token and stores the new token. The service may accept a refresh
// token only once, so spend first reserves disk space for the new token. Until spend sends
// the refresh token, a signal or the end of ctx stops it. After that, spend holds both back
// until the new token is stored.
func (b *Broker) spend(ctx context.Context, r refreshRequest, g guard, h cachedToken) (ssocache.Token, error) {
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
		if !errors.Is(err, context.Canceled) && !refused(err) { // a canceled call has not sent the token
			b.writeOutcome(b.sessionFile(s, ".outcome"), kindOf(err), h.tok.RefreshToken, err)
		}
		return ssocache.Token{}, err
	}
	b.warnOfClock(grant.Clock)
	tok := h.tok.Refreshed(grant.AccessToken, grant.RefreshToken, grant.Lifetime, b.now())
	tok.Origin = t.refreshedOrigin(h.tok.Origin)
	if b.overSince(s, before) {
		pending.Abort()
		_ = b.endAt(context.WithoutCancel(ctx), tok) // the sign-out did not know this token
		return ssocache.Token{}, &SessionError{Session: s, Why: "signed out while the token was being refreshed"}
	}
	b.storeRefreshed(s, h, tok, pending)
	return tok, ctx.Err()
}

// refreshWithin refreshes the token of t within budget. If budget is 0, only the limit of
// the service applies.
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

// refresh spends a refresh token that was issued to the client registration of t. If the
// service does not accept the registration, refresh removes it, so that the next sign-in
// registers again.
func (b *Broker) refresh(ctx context.Context, service Service, t ssocache.Token, refreshToken secret.String) (idcenter.Grant, error) {
	grant, err := service.Refresh(ctx, registration(t), refreshToken)
	if errors.Is(err, idcenter.ErrInvalidClient) || errors.Is(err, idcenter.ErrUnauthorizedClient) {
		if err := b.Cache.DropRegistration(t.ClientID); err != nil {
			b.warn("the service rejected the client registration, which could not be removed: %v", err)
		}
	}
	return grant, err
}

func registration(t ssocache.Token) idcenter.Registration {
	return idcenter.Registration{ClientID: t.ClientID, ClientSecret: t.ClientSecret, ExpiresAt: t.RegistrationExpiresAt}
}

// storeRefreshed stores the new token and its copies. The old refresh token is already spent,
// so storeRefreshed only warns if it fails. This process then continues with the new token.
func (b *Broker) storeRefreshed(s profile.Session, h cachedToken, tok ssocache.Token, pending keystore.Pending) {
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
	b.recordRefresh(h.key, h.tok.RefreshToken, tok.RefreshToken)
	b.writeCopies(s, h.key, tok)
	b.Cache.Sweep(b.now())
	b.debug("token refreshed", "session", s.Key(), "file", b.Cache.TokenPath(h.key), "expires", ssocache.FormatTime(tok.ExpiresAt))
}

// writeCopies writes the access token, without the refresh token, under the session's other
// names. It keeps a token that has a refresh token, because such a token comes from another
// sign-in. It does not replace a valid token of another origin.
func (b *Broker) writeCopies(s profile.Session, holder string, tok ssocache.Token) {
	for _, key := range b.names(s) {
		if key == holder || b.keptElsewhere(holder, key) {
			continue
		}
		old, err := b.Cache.LoadToken(key)
		if keystore.Unknown(err) {
			b.debug("a token file that cannot be read is not replaced", "error", err)
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

// keptElsewhere reports whether the token under one of the keys is in a store other than the
// AWS CLI's files. Other programs could not use a copy in that store, and a copy in a file
// would be in plaintext. So the broker writes no copy.
func (b *Broker) keptElsewhere(keys ...string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		store, err := b.Cache.Store(key)
		return err != nil || store != keystore.File
	})
}

// replaced reports whether another program has stored a new token, after the service has
// refused the refresh token of h. A program that takes no lock may have spent the refresh
// token a moment earlier. So replaced waits for that program to store the new token.
func (b *Broker) replaced(ctx context.Context, s profile.Session, h cachedToken, sent time.Time) (bool, error) {
	deadline := sent.Add(patience)
	if least := time.Now().Add(patienceLeft); deadline.Before(least) {
		deadline = least
	}
	for {
		st := b.tokensNow(s)
		if now, ok := st.refreshable(b.now()); ok && !now.tok.RefreshToken.Equal(h.tok.RefreshToken) {
			return true, nil
		}
		if tok, err := b.Cache.LoadToken(h.key); err == nil && !tok.AccessToken.Equal(h.tok.AccessToken) {
			return true, nil // the program did not store a refresh token
		} else if errors.Is(err, ssocache.ErrNotFound) {
			return false, nil // the user signed out
		}
		if !time.Now().Before(deadline) {
			return false, nil
		}
		if err := sleep.For(ctx, rereadPause); err != nil {
			return false, err
		}
	}
}

// recordRefusal records that the service has refused a refresh token for good, for waiting
// processes and for the history of the session. startedIn is the generation at the time of the
// request.
func (b *Broker) recordRefusal(s profile.Session, h cachedToken, startedIn generation, err error) {
	b.writeOutcome(b.sessionFile(s, ".outcome"), ended, h.tok.RefreshToken, err)
	if now := b.generation(s); now.known && now == startedIn { // otherwise a sign-out ended the session
		b.learnSessionEnd(h.key, h.tok.RefreshToken, err)
	}
}

// refused reports whether the service has refused the refresh token for good, so that a
// retry is useless.
func refused(err error) bool {
	var s *idcenter.ServiceError
	if !errors.As(err, &s) || errors.Is(err, idcenter.ErrTemporary) {
		return false
	}
	return s.Code != "SlowDownException"
}
