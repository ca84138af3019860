package broker

import (
	"context"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

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
