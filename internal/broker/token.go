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

// The token of a session: read it under all of the session's names and judge it. What is
// due goes on in renew.go.

// token returns an access token that lives, renewing it if that is due.
func (b *Broker) token(ctx context.Context, s profile.Session, rejected secret.String) (ssocache.Token, error) {
	st, err := b.read(ctx, s)
	if err != nil {
		return ssocache.Token{}, err
	}
	b.settle(ctx, s, st)
	now := b.now()
	tok, live := st.best(now, rejected)
	h, renewable := st.holder(now)
	switch {
	case live && !tok.Due(now, s.Window()):
		return tok, nil
	case !renewable || s.AutoRefresh == profile.Off:
		if !live {
			return tok, b.sessionError(s, st, rejected)
		}
		return tok, nil
	case live && tok.Left(now) >= lastMinute:
		renewed, err := b.renewEarly(ctx, s, h, tok.AccessToken)
		if err != nil || !renewed.AccessToken.IsZero() {
			return renewed, err
		}
		return tok, nil
	}
	return b.renew(ctx, s, st, rejected)
}

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
		case keystore.Unavailable(err), i == 0 && keystore.Unknown(err):
			return nil, err // neither there nor absent
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
		if err := sleep.For(ctx, reread); err != nil {
			return tok, err
		}
	}
}

// glance reads the session's tokens that may be sent to the target, without patience:
// for a look that will be repeated.
func (b *Broker) glance(s profile.Session) state {
	t, err := b.target(s)
	if err != nil {
		return nil // the request has failed by now
	}
	return b.holdings(s).of(t)
}

// holdings reads the session's tokens of any origin without patience.
func (b *Broker) holdings(s profile.Session) state {
	var st state
	for _, key := range b.names(s) {
		if tok, err := b.Cache.LoadToken(key); err == nil && tok.Belongs(s.StartURL, s.Region) {
			st = append(st, holding{key, tok})
		}
	}
	return st
}

// usable returns a token of the state that is of use: it lives, or can be renewed.
func (st state) usable(now time.Time) (ssocache.Token, bool) {
	for _, h := range st {
		if h.tok.Left(now) > 0 || h.tok.Refreshable(now) {
			return h.tok, true
		}
	}
	return ssocache.Token{}, false
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

// better says whether t is to be preferred to u at now: it lives longer, as far as
// the dates can be believed.
func better(t, u ssocache.Token, now time.Time) bool {
	if u.AccessToken.IsZero() || t.Misdated(now) != u.Misdated(now) {
		return u.AccessToken.IsZero() || u.Misdated(now)
	}
	return t.ExpiresAt.After(u.ExpiresAt)
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

// settle stores tokens in their place that could not be stored there when they came, so
// that other programs find them. What fails now is tried again at the next use.
func (b *Broker) settle(ctx context.Context, s profile.Session, st state) {
	if !slices.ContainsFunc(st, func(h holding) bool { return b.Cache.Unsettled(h.key) }) {
		return
	}
	g := b.try(ctx, b.sessionFile(s, ".lock"))
	if g.lock == nil {
		return
	}
	defer g.release()
	for _, h := range st {
		if b.Cache.Unsettled(h.key) {
			err := b.Cache.Settle(h.key)
			b.debug("token moved to its place", "file", b.Cache.TokenPath(h.key), "error", err)
		}
	}
}

// sessionError explains a session that cannot be renewed.
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
