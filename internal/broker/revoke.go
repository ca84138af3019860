package broker

import (
	"context"
	"errors"
	"slices"

	"github.com/lanyard-cli/lanyard/internal/idcenter"
	"github.com/lanyard-cli/lanyard/internal/secret"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

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
