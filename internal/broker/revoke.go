package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/sleep"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// What becomes of the tokens of a sign-out: the service is told, and asked afterwards
// whether it refuses them.

// revoke tells the service about every distinct access token. That the service
// does not know one any more is as good as revoked. A copy has the access token of
// its holder, but cannot end a session whose access token has expired: holders
// come first.
func (b *Broker) revoke(ctx context.Context, files []tokenFile) ([]proof, error) {
	isCopy := func(f tokenFile) bool { return f.Value.RefreshToken.IsZero() }
	holders := slices.DeleteFunc(slices.Clone(files), isCopy)
	copies := slices.DeleteFunc(slices.Clone(files), func(f tokenFile) bool { return !isCopy(f) })
	var told []secret.String
	var proofs []proof
	var failures []error
	for _, f := range append(holders, copies...) {
		tok := f.Value
		if slices.ContainsFunc(told, tok.AccessToken.Equal) {
			continue
		}
		told = append(told, tok.AccessToken)
		p, err := b.revokeOne(ctx, tok)
		proofs, failures = append(proofs, p), append(failures, err)
	}
	return proofs, errors.Join(failures...)
}

// Revoke ends the session of a token that lies in no cache. That the service has none
// is as good.
func (b *Broker) Revoke(ctx context.Context, tok ssocache.Token) error {
	_, err := b.revokeOne(ctx, tok)
	return err
}

func (b *Broker) revokeOne(ctx context.Context, tok ssocache.Token) (proof, error) {
	p := proof{tok: tok, expired: tok.Left(b.now()) <= 0}
	if tok.Region == "" {
		return p, errors.New("its token file names no region")
	}
	service, tok, err := b.toOrigin(tok)
	if err != nil {
		return p, err
	}
	p.tok = tok
	if !tok.Refreshable(b.now()) {
		p.tok.RefreshToken = secret.String{} // whoever has it can do nothing with it
	} else if p.expired {
		if err := b.spendToSignOut(ctx, service, &p); err != nil || p.refused {
			return p, err
		}
	}
	err = b.endAt(ctx, p.tok)
	if !errors.Is(err, idcenter.ErrUnauthorized) {
		return p, err
	}
	// The service does not know the access token any more, whatever its date says.
	// That tells nothing about the session.
	if !p.older.IsZero() {
		return p, err // of one that it has just handed out
	}
	p.expired = true
	if p.tok.RefreshToken.IsZero() {
		return p, nil
	}
	if err := b.spendToSignOut(ctx, service, &p); err != nil || p.refused {
		return p, err
	}
	return p, b.endAt(ctx, p.tok)
}

// spendToSignOut spends a refresh token for an access token that can end the session:
// one that has expired cannot, and the refresh token would outlive the sign-out. That
// the service refuses is as good.
func (b *Broker) spendToSignOut(ctx context.Context, service Service, p *proof) error {
	old := p.tok
	grant, err := b.refresh(ctx, service, old, old.RefreshToken)
	if deadGrant(err) {
		p.refused, p.tok.RefreshToken = true, secret.String{}
		return nil
	}
	if err != nil {
		return err
	}
	p.tok = old.Renewed(grant.AccessToken, grant.RefreshToken, grant.Lifetime, b.now())
	p.tok.Origin = p.tok.Origin.Issued()
	p.expired, p.older = false, old.RefreshToken
	return nil
}

// endAt ends the session of an access token at the portal that it comes from.
func (b *Broker) endAt(ctx context.Context, tok ssocache.Token) error {
	service, _, err := b.toOrigin(tok)
	if err != nil {
		return err
	}
	return service.Logout(ctx, tok.AccessToken)
}

// A Revoked session is one of which the service was told that it is over, with what
// shows whether the service holds to it.
type Revoked struct {
	StartURL string
	proofs   []proof
}

// A proof is tokens that the service must not take any more.
type proof struct {
	tok     ssocache.Token // as it was last; its refresh token is zero if nothing could renew it
	older   secret.String  // a refresh token that was spent to sign out
	expired bool           // by its date: that it is refused tells nothing
	refused bool           // the service has refused to renew it
}

// ErrStillAccepted says that the service takes a token that was revoked.
var ErrStillAccepted = errors.New("the service still accepts the old token")

// ErrNothingToVerify says that a session had ended by itself before the sign-out:
// whether the service refuses its tokens tells nothing about that.
var ErrNothingToVerify = errors.New("its token had expired already, and nothing could renew it")

// verifyPatience is how long the service may take to know everywhere that a token is
// revoked.
const (
	verifyPatience = 3 * time.Second
	verifyPause    = time.Second
)

// Verify asks the service whether it refuses the tokens of a session that was signed
// out of: nil says yes. [ErrStillAccepted] and [ErrNothingToVerify] say what they say,
// and any other error that it could not be found out.
//
// A token that a service hands out for an old refresh token is revoked at once.
func (b *Broker) Verify(ctx context.Context, r Revoked) error {
	shown := false // by at least one of its tokens
	var doubt error
	for _, p := range r.proofs {
		switch err := b.verify(ctx, p); {
		case err == nil:
			shown = true
		case errors.Is(err, ErrStillAccepted), ctx.Err() != nil:
			return err
		case !errors.Is(err, ErrNothingToVerify):
			doubt = errors.Join(doubt, err)
		}
	}
	switch {
	case doubt != nil:
		return doubt
	case !shown:
		return ErrNothingToVerify
	}
	return nil
}

func (b *Broker) verify(ctx context.Context, p proof) error {
	service, _, err := b.toOrigin(p.tok)
	if err != nil {
		return err
	}
	if err := awaitRefusal(ctx, service, p.tok.AccessToken); err != nil {
		return err
	}
	shown := !p.expired || p.refused
	for i, refresh := range []secret.String{p.tok.RefreshToken, p.older} {
		if refresh.IsZero() || i > 0 && refresh.Equal(p.tok.RefreshToken) {
			continue
		}
		if err := b.refuses(ctx, service, p.tok, refresh); err != nil {
			return err
		}
		shown = true
	}
	if !shown {
		return ErrNothingToVerify
	}
	return nil
}

// awaitRefusal waits for the service to refuse an access token. It returns
// [ErrStillAccepted] if the service takes the token for too long.
func awaitRefusal(ctx context.Context, service Service, accessToken secret.String) error {
	for start := time.Now(); ; {
		taken, err := service.Takes(ctx, accessToken)
		if err != nil || !taken {
			return err
		}
		if time.Since(start) >= verifyPatience {
			return ErrStillAccepted
		}
		if err := sleep.For(ctx, verifyPause); err != nil {
			return err
		}
	}
}

// refuses makes sure that the service does not renew the session. Signals are held
// back: a token that it hands out all the same is revoked.
func (b *Broker) refuses(ctx context.Context, service Service, tok ssocache.Token, refresh secret.String) error {
	defer b.hold()()
	ctx = context.WithoutCancel(ctx)
	grant, err := b.refresh(ctx, service, tok, refresh)
	if err != nil {
		if deadGrant(err) {
			return nil
		}
		return err
	}
	if err := service.Logout(ctx, grant.AccessToken); err != nil {
		return fmt.Errorf("%w: it renewed the session, and the new token could not be revoked: %w", ErrStillAccepted, err)
	}
	return fmt.Errorf("%w: it renewed the session", ErrStillAccepted)
}

// deadGrant says that the service takes the refresh token no more, or not from the
// client to which it belongs.
func deadGrant(err error) bool {
	var s *idcenter.ServiceError
	return errors.Is(err, idcenter.ErrInvalidGrant) || errors.Is(err, idcenter.ErrInvalidClient) ||
		errors.As(err, &s) && s.Code == "ExpiredTokenException"
}
