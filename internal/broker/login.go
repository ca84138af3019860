package broker

import (
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// loginBudget is how long one process waits for another one's sign-in: the
// service's codes live ten minutes.
const loginBudget = 11 * time.Minute

// Login signs in, one process at a time, and stores the token. If another process
// finishes a sign-in of the same session while this one waits, Login returns that token,
// unless the sign-in is forced. The user asks for it, so a failure a moment ago does not
// hold it back. The errors of [Broker.MaySignIn] are among its own.
func (b *Broker) Login(ctx context.Context, s profile.Session, in SignIn) (ssocache.Token, error) {
	if err := b.MaySignIn(s, in.Force); err != nil {
		return ssocache.Token{}, err
	}
	// Nobody should go through a browser for a token that cannot be kept.
	pending, err := b.Cache.PrepareToken(s.Key())
	if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	defer pending.Abort() // does nothing to one that was used
	store, err := b.Cache.Store(s.Key())
	if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	seen, announce := b.glance(s).newest(b.now()), in.announcement(b, s, loginBudget)
	g, err := b.wait(ctx, b.loginLock(s), time.Now().Add(loginBudget), func() *verdict {
		announce.tell()
		if in.Force {
			return nil
		}
		return b.othersSignIn(s, seen)
	})
	if err != nil {
		return ssocache.Token{}, err
	}
	if g.settled != nil {
		return g.settled.Token, nil
	}
	defer g.release()
	if err := b.MaySignIn(s, in.Force); err != nil { // somebody may have signed in meanwhile
		return ssocache.Token{}, err
	}
	_ = os.Remove(b.loginOutcome(s)) // what failed before is over, also if this is broken off
	if in.Force {
		if err := b.endPresent(ctx, s, in.Roles); err != nil {
			return ssocache.Token{}, err
		}
	}
	return b.signIn(ctx, s, in, pending, store)
}

// othersSignIn looks for a live token that is not the one seen before: another process
// has signed in.
func (b *Broker) othersSignIn(s profile.Session, seen secret.String) *verdict {
	if tok, live := b.glance(s).best(b.now(), seen); live && tok.ExpiresAt.After(b.now()) {
		return &verdict{Answer: Answer{Token: tok}}
	}
	return nil
}

// endPresent signs out of the session, so that the service cannot reuse it for the
// sign-in that follows. A service that cannot be reached does not stop that.
func (b *Broker) endPresent(ctx context.Context, s profile.Session, roles []string) error {
	out, err := b.Logout(ctx, s, roles)
	for _, u := range out.Unrevoked {
		b.warn("the present session of %s could not be revoked: %v", u.StartURL, u.Err)
	}
	return err
}

// revokeInterrupted is how long an interrupted sign-in takes to revoke its token.
const revokeInterrupted = 3 * time.Second

// store saves what a sign-in brought. What cannot be saved is revoked: nobody would
// know of it any more. An interrupt counts while another process keeps the session's
// lock, and not from then on.
func (b *Broker) store(ctx context.Context, s profile.Session, r idcenter.Result, pending keystore.Place, in string) (ssocache.Token, error) {
	held := context.WithoutCancel(ctx)
	issued, err := b.issued(s, r)
	if err != nil {
		return ssocache.Token{}, err
	}
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(lockBudget), unsettled)
	if err != nil {
		within, cancel := context.WithTimeout(held, revokeInterrupted)
		defer cancel()
		_ = b.endAt(within, issued) // best effort
		return ssocache.Token{}, err
	}
	defer g.release()
	defer b.hold()()
	tok, err := b.storeHeld(s, issued, r.Grant.Clock, pending, in)
	if err != nil {
		if err := b.endAt(held, issued); err != nil {
			b.warn("the token of %s that could not be stored is not revoked: %v", s.StartURL, err)
		}
	}
	return tok, err
}

// issued returns the token that a sign-in brought.
func (b *Broker) issued(s profile.Session, r idcenter.Result) (ssocache.Token, error) {
	t, err := b.target(s)
	return ssocache.Token{
		StartURL: s.StartURL, Region: s.Region, Origin: t.origin(),
		AccessToken: r.Grant.AccessToken, ExpiresAt: b.now().Add(r.Grant.Lifetime), Life: r.Grant.Lifetime,
		RefreshToken: r.Grant.RefreshToken,
		ClientID:     r.Registration.ClientID, ClientSecret: r.Registration.ClientSecret,
		RegistrationExpiresAt: r.Registration.ExpiresAt,
	}, err
}

// reprepare prepares the place of the token again, under the session's lock: since
// pending was prepared, `store migrate` may have moved the session to another store
// and back. Where that is not possible in the same store, pending remains: it may
// hold the last free space of the disk. in is the store that pending belongs to.
func (b *Broker) reprepare(s profile.Session, pending keystore.Place, in string) (keystore.Place, error) {
	now, err := b.Cache.Store(s.Key())
	switch {
	case err != nil: // not known to have moved
		return pending, nil
	case in == keystore.Agent && now == keystore.File:
		return nil, &keystore.StoreError{Store: in, Err: errors.New("the agent that was to keep the token in its memory has ended"), Hint: "sign in again"}
	}
	fresh, err := b.Cache.PrepareToken(s.Key())
	switch {
	case err == nil:
		pending.Abort()
		return fresh, nil
	case now == in:
		return pending, nil
	}
	return nil, b.storageError("not signed in", err)
}

// storeHeld replaces whatever the session had. It needs the session's lock only to let
// a renewal finish first.
func (b *Broker) storeHeld(s profile.Session, tok ssocache.Token, clock idcenter.Clock, pending keystore.Place, in string) (ssocache.Token, error) {
	b.notice(clock)
	pending, err := b.reprepare(s, pending, in)
	if err != nil {
		return ssocache.Token{}, err
	}
	// Whoever signs in now may be another person: what was fetched, or is being
	// fetched, for the one before is not theirs.
	if err := b.nextGeneration(s, bySignIn); err != nil {
		b.warn("credentials of the sign-in before may still be stored by commands that are running: %v", err)
	}
	keys := b.names(s)
	if err := b.removeCredentials(nil, func(c ssocache.Credentials) bool { return slices.Contains(keys, c.Session) }); err != nil {
		b.warn("the credentials of the sign-in before are not removed: %v", err)
	}
	var kept *atomicfile.KeptError
	if err := pending.Commit(tok.Encode()); errors.As(err, &kept) { // the next request moves it
		b.warn("signed in, but %v", err)
	} else if err != nil {
		return ssocache.Token{}, b.storageError("not signed in", err)
	}
	for _, key := range b.siblings(s) {
		if b.vaulted(s.Key(), key) {
			continue
		}
		// The refresh token lives in one file: an older one of the same
		// session goes.
		if err := b.Cache.SaveToken(key, tok.Copy()); err != nil {
			b.warn("the token could not be copied to %s: %v", b.Cache.TokenPath(key), err)
		}
	}
	b.writeOutcome(b.sessionFile(s, ".outcome"), succeeded, tok.RefreshToken, nil)
	b.trackLogin(s.Key(), tok.RefreshToken)
	b.Cache.Sweep(b.now())
	return tok, nil
}
