package broker

import (
	"context"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// This file has the functions that show a session's token and its validity.

// Peek returns the session's token from the cache, or the zero Token if the cache has no
// token. If another name of the session has the refresh token, Peek adds it. It makes no
// request. An error means that the session may have a token that cannot be read: see
// [keystore.Unknown].
func (b *Broker) Peek(s profile.Session) (ssocache.Token, error) {
	if _, err := b.Cache.LoadToken(s.Key()); keystore.Unknown(err) {
		return ssocache.Token{}, err
	}
	st, now := b.allTokensNow(s), b.now()
	if len(st) == 0 {
		for _, key := range b.siblings(s) {
			if _, err := b.Cache.LoadToken(key); keystore.Unknown(err) {
				return ssocache.Token{}, err
			}
		}
	}
	tok, valid := st.best(now, secret.String{})
	h, ok := st.refreshable(now)
	switch {
	case ok && (!valid || h.tok.ExpiresAt.Equal(tok.ExpiresAt)):
		return h.tok, nil
	case !valid && len(st) > 0:
		return st[0].tok, nil
	case ok:
		tok.RefreshToken, tok.ClientID, tok.ClientSecret = h.tok.RefreshToken, h.tok.ClientID, h.tok.ClientSecret
		tok.RegistrationExpiresAt = h.tok.RegistrationExpiresAt
	}
	return tok, nil
}

// A Validity reports whether a session can be used without a new sign-in.
type Validity struct {
	Valid     bool
	Token     ssocache.Token // of a valid session
	Unchecked error          // why the service could not be asked: Valid then relies on the token's date
}

// Valid reports whether the service accepts the session's token, or refreshes it. An error
// means that the token must be refreshed, and that the service could not be asked.
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
		accepted, err := service.Accepts(ctx, a.Token.AccessToken)
		if ctx.Err() != nil {
			return Validity{}, ctx.Err()
		}
		if err != nil || accepted {
			return Validity{Valid: true, Token: a.Token, Unchecked: err}, nil
		}
		r.Rejected = a.Token.AccessToken
	}
	return Validity{}, nil
}
