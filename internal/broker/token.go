package broker

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// This file reads the tokens of a session under all of its names, and decides whether one can
// be used. If a token must be refreshed, refresh.go continues.

// token returns a valid access token, and refreshes it first if that is due. It never returns
// rejected, which is a token that a service has refused.
func (b *Broker) token(ctx context.Context, s profile.Session, rejected secret.String) (ssocache.Token, error) {
	st, err := b.read(ctx, s)
	if err != nil {
		return ssocache.Token{}, err
	}
	b.moveKept(ctx, s, st)
	now := b.now()
	tok, valid := st.best(now, rejected)
	h, refreshable := st.refreshable(now)
	switch {
	case valid && !tok.Due(now, s.Window()):
		return tok, nil
	case !refreshable || s.AutoRefresh == profile.Off:
		if !valid {
			return tok, b.sessionError(s, st, rejected)
		}
		return tok, nil
	case valid && tok.Left(now) >= lastMinute:
		refreshed, err := b.refreshEarly(ctx, s, h, tok.AccessToken)
		if err != nil || !refreshed.AccessToken.IsZero() {
			return refreshed, err
		}
		return tok, nil
	}
	return b.refreshNow(ctx, s, st, rejected)
}

// A cachedToken is a token and the cache key of its file.
type cachedToken struct {
	key string
	tok ssocache.Token
}

// A state holds the tokens that the cache has for one session. A session may have several
// names, each with a file. At most one file should have a refresh token. The other files have
// copies of the access token. The token under the session's own name is first.
type state []cachedToken

// read loads the session's tokens under all of its names, and returns the tokens that may
// be sent to the target. It returns an *[OriginError] if only a token of another origin is
// live or refreshable.
func (b *Broker) read(ctx context.Context, s profile.Session) (state, error) {
	t, err := b.target(s)
	if err != nil {
		return nil, err
	}
	st, err := b.readAll(ctx, s)
	if err != nil {
		return nil, err
	}
	mine, now := st.acceptedBy(t), b.now()
	if _, ok := mine.validOrRefreshable(now); ok {
		return mine, nil
	}
	if tok, ok := st.validOrRefreshable(now); ok {
		return nil, t.refuse(s, tok)
	}
	return mine, nil
}

// readAll loads the session's tokens of any origin. An error means that the session may have
// a token that cannot be read now.
func (b *Broker) readAll(ctx context.Context, s profile.Session) (state, error) {
	var st state
	var unknown error
	for i, key := range b.names(s) {
		tok, err := b.load(ctx, key)
		if err == nil {
			if tok.Belongs(s.StartURL, s.Region) {
				st = append(st, cachedToken{key, tok})
			} else {
				b.debug("ignored the token of another start URL or region", "file", b.Cache.TokenPath(key), "startUrl", tok.StartURL)
			}
			continue
		}
		switch {
		case errors.Is(err, ssocache.ErrNotFound):
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case keystore.Unavailable(err), i == 0 && keystore.Unknown(err):
			return nil, err
		case keystore.Unknown(err):
			unknown = err
		default:
			b.warn("%v; lanyard treats this file as missing", err)
		}
	}
	if unknown != nil {
		if len(st) == 0 {
			return nil, unknown // it may be the session's only token
		}
		b.debug("a token under another name of the session is not used", "error", unknown)
	}
	return st, nil
}

// load reads one token file. If the file is corrupt, another program may be rewriting it in
// place. So load reads the file again, for up to [patience].
func (b *Broker) load(ctx context.Context, key string) (ssocache.Token, error) {
	for start := time.Now(); ; {
		tok, err := b.Cache.LoadToken(key)
		if !errors.Is(err, ssocache.ErrCorrupt) || time.Since(start) >= patience {
			return tok, err
		}
		if err := sleep.For(ctx, rereadPause); err != nil {
			return tok, err
		}
	}
}

// tokensNow reads the session's tokens that may be sent to the target. It ignores files that
// cannot be read, so use it only if the files are read again later.
func (b *Broker) tokensNow(s profile.Session) state {
	t, err := b.target(s)
	if err != nil {
		return nil // the request has already failed with this error
	}
	return b.allTokensNow(s).acceptedBy(t)
}

// allTokensNow reads the session's tokens of any origin, and ignores files that cannot be
// read.
func (b *Broker) allTokensNow(s profile.Session) state {
	var st state
	for _, key := range b.names(s) {
		if tok, err := b.Cache.LoadToken(key); err == nil && tok.Belongs(s.StartURL, s.Region) {
			st = append(st, cachedToken{key, tok})
		}
	}
	return st
}

// validOrRefreshable returns a token of the state that is valid or can be refreshed.
func (st state) validOrRefreshable(now time.Time) (ssocache.Token, bool) {
	for _, h := range st {
		if h.tok.Left(now) > 0 || h.tok.Refreshable(now) {
			return h.tok, true
		}
	}
	return ssocache.Token{}, false
}

// best returns the valid token that expires last, but never the token rejected. If several
// tokens expire at the same time, it returns the first token. ok is false if no token is
// valid.
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

// better reports whether t is preferred to u. It is preferred if t expires later, or if the
// date of u is impossible.
func better(t, u ssocache.Token, now time.Time) bool {
	if u.AccessToken.IsZero() || t.Misdated(now) != u.Misdated(now) {
		return u.AccessToken.IsZero() || u.Misdated(now)
	}
	return t.ExpiresAt.After(u.ExpiresAt)
}

// refreshable returns the token whose refresh token the service may accept.
func (st state) refreshable(now time.Time) (cachedToken, bool) {
	for _, h := range st {
		if h.tok.Refreshable(now) {
			return h, true
		}
	}
	return cachedToken{}, false
}

// newest returns the access token that expires last, even if the token has expired. The
// result is zero if the state is empty.
func (st state) newest(now time.Time) secret.String {
	var tok ssocache.Token
	for _, h := range st {
		if better(h.tok, tok, now) {
			tok = h.tok
		}
	}
	return tok.AccessToken
}

// moveKept moves tokens from ".NAME.json.kept" files to their places, so that other
// programs find them. Such a token could not be stored in its place when it was issued. If
// the move fails again, the next request repeats it.
func (b *Broker) moveKept(ctx context.Context, s profile.Session, st state) {
	if !slices.ContainsFunc(st, func(h cachedToken) bool { return b.Cache.HasKeptToken(h.key) }) {
		return
	}
	g := b.try(ctx, b.sessionFile(s, ".lock"))
	if g.lock == nil {
		return
	}
	defer g.release()
	for _, h := range st {
		if b.Cache.HasKeptToken(h.key) {
			err := b.Cache.StoreKeptToken(h.key)
			b.debug("token moved to its place", "file", b.Cache.TokenPath(h.key), "error", err)
		}
	}
}

// sessionError returns the error for a session that cannot be refreshed.
func (b *Broker) sessionError(s profile.Session, st state, rejected secret.String) error {
	why := "the token has expired and cannot be refreshed"
	switch {
	case len(st) == 0:
		why = "there is no token"
	case !rejected.IsZero():
		why = "the service rejected the token, which cannot be refreshed"
	case s.AutoRefresh == profile.Off:
		why = "the token has expired, and sso_auto_refresh is false"
	}
	b.debug("session ended", "session", s.Key(), "why", why)
	return &SessionError{Session: s, Why: why}
}
