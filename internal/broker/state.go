package broker

import (
	"context"
	"errors"
	"time"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A holding is a token and the name it lies under.
type holding struct {
	key string
	tok ssocache.Token
}

// A state is what the cache holds of one session, its own name first.
type state []holding

// read loads the session's tokens under all of its names, and returns those that may be
// sent to the target. If none of these is of use, but one of another origin is, the
// error is an *[OriginError].
func (b *Broker) read(ctx context.Context, s profile.Session) (state, error) {
	t, err := b.target(s)
	if err != nil {
		return nil, err
	}
	st, err := b.readAll(ctx, s)
	if err != nil {
		return nil, err
	}
	mine, now := st.of(t), b.now()
	if _, ok := mine.usable(now); ok {
		return mine, nil
	}
	if tok, ok := st.usable(now); ok {
		return nil, t.refuse(s, tok)
	}
	return mine, nil
}

// readAll loads the session's tokens of any origin.
func (b *Broker) readAll(ctx context.Context, s profile.Session) (state, error) {
	var st state
	var unknown error
	for i, key := range b.names(s) {
		tok, err := b.load(ctx, key)
		switch {
		case err == nil && tok.Belongs(s.StartURL, s.Region):
			st = append(st, holding{key, tok})
		case err == nil:
			b.debug("token of another start URL or region passed over", "file", b.Cache.TokenPath(key), "startUrl", tok.StartURL)
		case errors.Is(err, ssocache.ErrNotFound):
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case keystore.Unavailable(err):
			return nil, err // neither there nor absent
		case i == 0 && keystore.Unknown(err):
			return nil, err // the file is there and may not be read: say so
		case keystore.Unknown(err):
			unknown = err
		default:
			b.warn("%v; it is treated as absent", err)
		}
	}
	switch {
	case unknown != nil && len(st) == 0:
		return nil, unknown // it may be the session's only token
	case unknown != nil:
		b.debug("a token under another name of the session is not used", "error", unknown)
	}
	return st, nil
}

// load reads one token file, with patience for a program that is rewriting it
// in place.
func (b *Broker) load(ctx context.Context, key string) (ssocache.Token, error) {
	for start := time.Now(); ; {
		tok, err := b.Cache.LoadToken(key)
		if !errors.Is(err, ssocache.ErrCorrupt) || time.Since(start) >= patience {
			return tok, err
		}
		if err := sleep(ctx, reread); err != nil {
			return tok, err
		}
	}
}

// better says whether t is to be preferred to u at now: it lives longer, as far as
// the dates can be believed.
func better(t, u ssocache.Token, now time.Time) bool {
	if u.AccessToken.IsZero() || t.Misdated(now) != u.Misdated(now) {
		return u.AccessToken.IsZero() || u.Misdated(now)
	}
	return t.ExpiresAt.After(u.ExpiresAt)
}

// best returns the token to use: the one that lives longest, the session's own
// name first among equals, and never the one that the service rejected. ok is
// false when none lives.
func (st state) best(now time.Time, rejected secret.String) (tok ssocache.Token, ok bool) {
	for _, h := range st {
		if h.tok.Left(now) <= 0 || (!rejected.IsZero() && h.tok.AccessToken.Equal(rejected)) {
			continue
		}
		if better(h.tok, tok, now) {
			tok, ok = h.tok, true
		}
	}
	return tok, ok
}

// holder returns the token that can renew the session.
func (st state) holder(now time.Time) (holding, bool) {
	for _, h := range st {
		if h.tok.Refreshable(now) {
			return h, true
		}
	}
	return holding{}, false
}

// newest is the access token seen last, alive or not; zero for none.
func (st state) newest(now time.Time) secret.String {
	var tok ssocache.Token
	for _, h := range st {
		if better(h.tok, tok, now) {
			tok = h.tok
		}
	}
	return tok.AccessToken
}

// Peek returns the token that a request of the session would begin with, as it
// lies in the cache; the zero Token for none. Where the session's refresh token
// lies under another of its names, it is included. An error says that it is not known
// whether there is a token: see [keystore.Unknown].
func (b *Broker) Peek(s profile.Session) (ssocache.Token, error) {
	if _, err := b.Cache.LoadToken(s.Key()); keystore.Unknown(err) {
		return ssocache.Token{}, err
	}
	st, now := b.holdings(s), b.now()
	if len(st) == 0 {
		for _, key := range b.siblings(s) {
			if _, err := b.Cache.LoadToken(key); keystore.Unknown(err) {
				return ssocache.Token{}, err
			}
		}
	}
	tok, live := st.best(now, secret.String{})
	h, ok := st.holder(now)
	switch {
	case ok && (!live || h.tok.ExpiresAt.Equal(tok.ExpiresAt)):
		return h.tok, nil
	case !live && len(st) > 0:
		return st[0].tok, nil
	case ok:
		tok.RefreshToken, tok.ClientID, tok.ClientSecret = h.tok.RefreshToken, h.tok.ClientID, h.tok.ClientSecret
		tok.RegistrationExpiresAt = h.tok.RegistrationExpiresAt
	}
	return tok, nil
}
