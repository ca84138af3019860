package broker

import (
	"context"
	"time"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// What is known of a session: its token, whether it is valid, and when it ends.

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

// A Validity says whether a session can be used without a new sign-in.
type Validity struct {
	Valid   bool
	Token   ssocache.Token // of a valid session
	Unasked error          // why the service could not be asked; the token is valid by its date
}

// Valid reports whether the service accepts the session's token, or renews it. The
// error says that neither was found out.
func (b *Broker) Valid(ctx context.Context, s profile.Session, caller string) (Validity, error) {
	r := Request{Session: s, Purpose: AccessToken, Caller: caller}
	for range 2 {
		a, err := b.Get(ctx, r)
		if sessionEnded(err) {
			return Validity{}, nil
		}
		if err != nil {
			return Validity{}, err
		}
		service, _, err := b.toPortal(s, a.Token)
		if err != nil {
			return Validity{}, err
		}
		accepted, err := service.Takes(ctx, a.Token.AccessToken)
		if ctx.Err() != nil {
			return Validity{}, ctx.Err()
		}
		if err != nil || accepted {
			return Validity{Valid: true, Token: a.Token, Unasked: err}, nil
		}
		r.Rejected = a.Token.AccessToken
	}
	return Validity{}, nil
}

// A SessionEnd is when a session of the access portal ends, and with it the renewals:
// then somebody has to sign in again. The service tells nobody. The zero SessionEnd
// is not known.
type SessionEnd struct {
	At         time.Time // the earliest
	Latest     time.Time // the latest; At where the end is known exactly
	Configured bool      // by sso_session_duration; else learned from a session that ended
}

// SessionEnd returns what is known of the session's end. It asks nobody.
func (b *Broker) SessionEnd(s profile.Session) SessionEnd {
	st := b.holdings(s)
	h, ok := st.holder(b.now())
	if !ok {
		return unrenewable(st, s.Duration)
	}
	t := b.readTrack(h.key)
	if t.began.IsZero() || t.fingerprint != fingerprint(h.tok.RefreshToken) {
		return SessionEnd{}
	}
	switch {
	case s.Duration > 0:
		end := t.began.Add(s.Duration)
		return SessionEnd{At: end, Latest: end, Configured: true}
	case t.upper > 0:
		return SessionEnd{At: t.began.Add(t.lower), Latest: t.began.Add(t.upper)}
	}
	return SessionEnd{}
}

// unrenewable is the horizon of a token that came of a sign-in and of nothing
// else.
func unrenewable(st state, duration time.Duration) SessionEnd {
	if len(st) == 0 || duration == 0 || st[0].tok.Life == 0 || !st[0].tok.RefreshToken.IsZero() {
		return SessionEnd{}
	}
	end := st[0].tok.ExpiresAt.Add(-st[0].tok.Life).Add(duration)
	return SessionEnd{At: end, Latest: end, Configured: true}
}
