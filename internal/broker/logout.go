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
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// How a user signs out: the generation ends, the service is told, the files go. Then the
// service can be asked whether it refuses the tokens.

// A SignOut is what a logout did.
type SignOut struct {
	Files     []string    // the token files that are gone
	Revoked   []Revoked   // sessions that the service was told about: see Verify
	Unrevoked []Unrevoked // sessions that the service could not be told about
}

// An Unrevoked session is signed out here, but a copy of its token works until it
// expires.
type Unrevoked struct {
	StartURL string
	Err      error
}

// signOutWait is how long a logout lets a renewal in flight finish: its token
// should be revoked too.
const signOutWait = callBudget + time.Second

type tokenFile = keystore.Found[ssocache.Token]

// Logout signs out of one session under all of its names and removes the role
// credentials that came from it: those that say so, and the files called roles,
// which the caller works out from the config for what the AWS CLI wrote.
func (b *Broker) Logout(ctx context.Context, s profile.Session, roles []string) (SignOut, error) {
	if err := b.Cache.Reachable(); err != nil {
		return SignOut{}, err // it would look as if nobody were signed in
	}
	names := b.names(s)
	out, err := b.end(ctx, s, func() ([]tokenFile, error) { return b.filesUnder(ctx, names) })
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	failures := append([]error{err}, b.Cache.Unreadable(b.Cache.Roles())...)
	return out, joined(append(failures, b.Cache.RemoveCredentials(roles, func(c ssocache.Credentials) bool { return slices.Contains(names, c.Session) })))
}

// filesUnder lists the token files of a session's names, and those in clear of tokens
// that are kept in another store. The error is for files that it cannot read.
func (b *Broker) filesUnder(ctx context.Context, names []string) (files []tokenFile, unknown error) {
	for _, key := range names {
		path := b.Cache.TokenPath(key)
		// A file that makes no sense is removed too; it names nothing to
		// revoke.
		tok, err := b.load(ctx, key)
		if err == nil || errors.Is(err, ssocache.ErrCorrupt) {
			files = append(files, tokenFile{Path: path, Value: tok})
		}
		clear, ok, err2 := b.Cache.InClear(key)
		if ok {
			files = append(files, tokenFile{Path: path, Value: clear})
		}
		for _, err := range []error{err, err2} {
			if keystore.Unknown(err) {
				unknown = errors.Join(unknown, err)
			}
		}
	}
	return files, unknown
}

// LogoutAll signs out of every session in the cache, also of those that no
// config knows, and removes all role credentials that came from any, as the AWS
// CLI does. Each token is revoked at the services that issued it.
func (b *Broker) LogoutAll(ctx context.Context) (SignOut, error) {
	var out SignOut
	failures := append(b.Cache.Unreadable(b.Cache.SSO(), b.Cache.Roles()), b.Cache.Reachable())
	tokens, unknown := b.Cache.KnownTokens()
	failures = append(failures, unknown...)
	done := map[string]bool{}
	for _, f := range tokens {
		portal := starturl.Portal(f.Value.StartURL)
		if done[portal] {
			continue
		}
		done[portal] = true
		s := profile.Session{StartURL: f.Value.StartURL, Region: f.Value.Region}
		one, err := b.end(ctx, s, func() ([]tokenFile, error) { return b.filesOf(portal) })
		out.add(one)
		if ctx.Err() != nil {
			return out, ctx.Err()
		}
		failures = append(failures, err) // the others are signed out of all the same
	}
	b.Cache.Sweep(b.now())
	return out, joined(append(failures, b.Cache.RemoveCredentials(nil, func(ssocache.Credentials) bool { return true })))
}

// filesOf lists the token files of a portal, with an error for files that it cannot
// read.
func (b *Broker) filesOf(portal string) ([]tokenFile, error) {
	files, unknown := b.Cache.KnownTokens()
	return slices.DeleteFunc(files, func(f tokenFile) bool { return starturl.Portal(f.Value.StartURL) != portal }), errors.Join(unknown...)
}

// add adds what the sign-out of one session did.
func (out *SignOut) add(one SignOut) {
	out.Files = append(out.Files, one.Files...)
	out.Revoked = append(out.Revoked, one.Revoked...)
	out.Unrevoked = append(out.Unrevoked, one.Unrevoked...)
}

// end ends one session: the generation first, so that nothing in flight is
// saved any more, then the service is told, then the files go. list gives the
// session's files, and an error for those that it cannot read; it is asked again once
// a renewal in flight has finished.
func (b *Broker) end(ctx context.Context, s profile.Session, list func() ([]tokenFile, error)) (SignOut, error) {
	if files, err := list(); len(files) == 0 {
		return SignOut{}, err
	}
	if err := b.endGeneration(s); err != nil {
		return SignOut{}, err
	}
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(signOutWait), noReply)
	if err != nil {
		return SignOut{}, err
	}
	defer g.release()
	files, unknown := list()
	tokens, err := b.revoke(ctx, files)
	if err != nil && ctx.Err() != nil {
		return SignOut{}, ctx.Err()
	}
	var out SignOut
	switch {
	case err != nil:
		out.Unrevoked = []Unrevoked{{s.StartURL, err}}
	case len(tokens) > 0: // else another process was faster
		out.Revoked = []Revoked{{s.StartURL, tokens}}
	}
	out.Files, err = b.removeFiles(files)
	return out, errors.Join(unknown, err)
}

// endGeneration ends the session's generation by a sign-out.
func (b *Broker) endGeneration(s profile.Session) error {
	err := b.nextGeneration(s, bySignOut)
	if atomicfile.Full(err) { // a sign-out must not wait for room
		b.warn("other processes may not notice the sign-out, because it could not be recorded in %s: %v", b.Cache.SSO(), err)
		return nil
	}
	if err != nil {
		return &StorageError{Doing: "not signed out", Folder: b.Cache.SSO(), Err: err}
	}
	return nil
}

// removeFiles removes token files, and returns the paths of those that are gone.
func (b *Broker) removeFiles(files []tokenFile) (gone []string, err error) {
	for _, f := range files {
		if failure := b.Cache.Remove(f.Path); failure != nil {
			err = errors.Join(err, failure)
			continue
		}
		gone = append(gone, f.Path)
	}
	return gone, err
}

// joined joins errors, each text once.
func joined(failures []error) error {
	seen := map[string]bool{}
	var distinct []error
	var add func(err error)
	add = func(err error) {
		if several, ok := err.(interface{ Unwrap() []error }); ok { // what errors.Join has made
			for _, err := range several.Unwrap() {
				add(err)
			}
		} else if err != nil && !seen[err.Error()] {
			seen[err.Error()] = true
			distinct = append(distinct, err)
		}
	}
	add(errors.Join(failures...))
	return errors.Join(distinct...)
}

// revoke tells the service about every distinct access token. That the service
// does not know one any more is as good as revoked. A copy has the access token of
// its holder, but cannot end a session whose access token has expired: holders
// come first.
func (b *Broker) revoke(ctx context.Context, files []tokenFile) ([]revokedToken, error) {
	isCopy := func(f tokenFile) bool { return f.Value.RefreshToken.IsZero() }
	holders := slices.DeleteFunc(slices.Clone(files), isCopy)
	copies := slices.DeleteFunc(slices.Clone(files), func(f tokenFile) bool { return !isCopy(f) })
	var told []secret.String
	var tokens []revokedToken
	var failures []error
	for _, f := range append(holders, copies...) {
		tok := f.Value
		if slices.ContainsFunc(told, tok.AccessToken.Equal) {
			continue
		}
		told = append(told, tok.AccessToken)
		p, err := b.revokeOne(ctx, tok)
		tokens, failures = append(tokens, p), append(failures, err)
	}
	return tokens, errors.Join(failures...)
}

// Revoke ends the session of a token that lies in no cache. That the service has none
// is as good.
func (b *Broker) Revoke(ctx context.Context, tok ssocache.Token) error {
	_, err := b.revokeOne(ctx, tok)
	return err
}

func (b *Broker) revokeOne(ctx context.Context, tok ssocache.Token) (revokedToken, error) {
	p := revokedToken{tok: tok, expired: tok.Left(b.now()) <= 0}
	if tok.Region == "" {
		return p, errors.New("its token file names no region")
	}
	service, tok, err := b.toOrigin(tok)
	if err != nil {
		return p, err
	}
	p.tok = tok
	if !tok.Refreshable(b.now()) {
		p.tok.RefreshToken = secret.String{} // nobody can do anything with it
	}
	err = b.endSession(ctx, service, &p)
	return p, err
}

// endSession ends the session of a token: by its access token, or if the service does not
// know that one any more, by its refresh token.
func (b *Broker) endSession(ctx context.Context, service Service, p *revokedToken) error {
	if !p.expired || p.tok.RefreshToken.IsZero() {
		err := b.endAt(ctx, p.tok)
		if !errors.Is(err, idcenter.ErrUnauthorized) {
			return err
		}
		// The service does not know the access token any more, whatever its date says.
		// That tells nothing about the session.
		p.expired = true
		if p.tok.RefreshToken.IsZero() {
			return nil
		}
	}
	if err := b.spendToSignOut(ctx, service, p); err != nil || p.refused {
		return err
	}
	return b.endAt(ctx, p.tok)
}

// spendToSignOut spends a refresh token for an access token that can end the session:
// one that has expired cannot, and the refresh token would outlive the sign-out. That
// the service refuses is as good.
func (b *Broker) spendToSignOut(ctx context.Context, service Service, p *revokedToken) error {
	old := p.tok
	grant, err := b.refresh(ctx, service, old, old.RefreshToken)
	if cannotRefresh(err) {
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
	tokens   []revokedToken
}

// A revokedToken is tokens that the service must not take any more.
type revokedToken struct {
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
	for _, p := range r.tokens {
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

func (b *Broker) verify(ctx context.Context, p revokedToken) error {
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
		if cannotRefresh(err) {
			return nil
		}
		return err
	}
	if err := service.Logout(ctx, grant.AccessToken); err != nil {
		return fmt.Errorf("%w: it renewed the session, and the new token could not be revoked: %w", ErrStillAccepted, err)
	}
	return fmt.Errorf("%w: it renewed the session", ErrStillAccepted)
}

// cannotRefresh says that the service takes the refresh token no more, or not from the
// client to which it belongs.
func cannotRefresh(err error) bool {
	var s *idcenter.ServiceError
	return errors.Is(err, idcenter.ErrInvalidGrant) || errors.Is(err, idcenter.ErrInvalidClient) ||
		errors.As(err, &s) && s.Code == "ExpiredTokenException"
}
