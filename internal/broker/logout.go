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

// This file signs out. It ends the generation, revokes the tokens at the service, and removes
// the files. Verify then asks the service whether it refuses the tokens.

// A SignOut holds the results of a logout.
type SignOut struct {
	Files     []string    // the token files that were removed
	Revoked   []Revoked   // the sessions that were revoked at the service: see Verify
	Unrevoked []Unrevoked // the sessions that could not be revoked
}

// An Unrevoked is a session that was signed out locally and could not be revoked. A copy of
// its token stays valid until it expires.
type Unrevoked struct {
	StartURL string
	Err      error
}

// signOutWait is how long a logout waits for a refresh in progress, so that it can also
// revoke the new token.
const signOutWait = callBudget + time.Second

type tokenFile = keystore.Found[ssocache.Token]

// Logout signs out of one session under all of its names, and removes its role credentials.
// Role credentials that lanyard stored name their session. The AWS CLI's role credentials do
// not, so the caller passes their file names in roles.
func (b *Broker) Logout(ctx context.Context, s profile.Session, roles []string) (SignOut, error) {
	if err := b.Cache.Reachable(); err != nil {
		return SignOut{}, err // an unavailable store looks like a store without a token
	}
	names := b.names(s)
	out, err := b.end(ctx, s, func() ([]tokenFile, error) { return b.filesUnder(ctx, names) })
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	failures := append([]error{err}, b.Cache.Unreadable(b.Cache.Roles())...)
	return out, joined(append(failures, b.Cache.RemoveCredentials(roles, func(c ssocache.Credentials) bool { return slices.Contains(names, c.Session) })))
}

// filesUnder lists the token files of the session's names, and plaintext files of tokens
// that are in another store. unknown is the error for files that cannot be read.
func (b *Broker) filesUnder(ctx context.Context, names []string) (files []tokenFile, unknown error) {
	for _, key := range names {
		path := b.Cache.TokenPath(key)
		// A corrupt file is removed too, although it has no token to revoke.
		tok, err := b.load(ctx, key)
		if err == nil || errors.Is(err, ssocache.ErrCorrupt) {
			files = append(files, tokenFile{Path: path, Value: tok})
		}
		clear, ok, err2 := b.Cache.PlaintextToken(key)
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

// LogoutAll signs out of every session in the cache, even if the session is not in the
// config. Like the AWS CLI, it removes all role credentials. It revokes each token at the
// services that issued the token.
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
		failures = append(failures, err) // continue with the other sessions
	}
	b.Cache.Sweep(b.now())
	return out, joined(append(failures, b.Cache.RemoveCredentials(nil, func(ssocache.Credentials) bool { return true })))
}

// filesOf lists the token files of a portal. The error is for files that cannot be read.
func (b *Broker) filesOf(portal string) ([]tokenFile, error) {
	files, unknown := b.Cache.KnownTokens()
	return slices.DeleteFunc(files, func(f tokenFile) bool { return starturl.Portal(f.Value.StartURL) != portal }), errors.Join(unknown...)
}

// add adds the result of the sign-out of one session.
func (s *SignOut) add(result SignOut) {
	s.Files = append(s.Files, result.Files...)
	s.Revoked = append(s.Revoked, result.Revoked...)
	s.Unrevoked = append(s.Unrevoked, result.Unrevoked...)
}

// end ends one session. It first ends the generation, so that running processes store nothing
// more. Then it revokes the tokens and removes the files. list returns the session's files,
// and an error for files that cannot be read. end calls list again after it has waited for a
// refresh in progress.
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
	case len(tokens) > 0: // otherwise another process has removed the files
		out.Revoked = []Revoked{{s.StartURL, tokens}}
	}
	out.Files, err = b.removeFiles(files)
	return out, errors.Join(unknown, err)
}

// endGeneration ends the session's generation because of a sign-out.
func (b *Broker) endGeneration(s profile.Session) error {
	err := b.nextGeneration(s, bySignOut)
	if atomicfile.Full(err) { // a full disk must not prevent a sign-out
		b.warn("other processes may not notice the sign-out, because it could not be recorded in %s: %v", b.Cache.SSO(), err)
		return nil
	}
	if err != nil {
		return &StorageError{Doing: "not signed out", Folder: b.Cache.SSO(), Err: err}
	}
	return nil
}

// removeFiles removes token files and returns the paths of the removed files.
func (b *Broker) removeFiles(files []tokenFile) (removed []string, err error) {
	for _, f := range files {
		if failure := b.Cache.Remove(f.Path); failure != nil {
			err = errors.Join(err, failure)
			continue
		}
		removed = append(removed, f.Path)
	}
	return removed, err
}

// joined joins errors, and leaves out repeated texts.
func joined(failures []error) error {
	seen := map[string]bool{}
	var distinct []error
	var add func(err error)
	add = func(err error) {
		if several, ok := err.(interface{ Unwrap() []error }); ok { // made by errors.Join
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

// revoke revokes each distinct access token once. A token that the service no longer knows
// counts as revoked. It starts with the files that have a refresh token. If the access token
// has expired, only the refresh token can end the session, and copies have no refresh token.
func (b *Broker) revoke(ctx context.Context, files []tokenFile) ([]revokedToken, error) {
	isCopy := func(f tokenFile) bool { return f.Value.RefreshToken.IsZero() }
	originals := slices.DeleteFunc(slices.Clone(files), isCopy)
	copies := slices.DeleteFunc(slices.Clone(files), func(f tokenFile) bool { return !isCopy(f) })
	var done []secret.String
	var tokens []revokedToken
	var failures []error
	for _, f := range append(originals, copies...) {
		tok := f.Value
		if slices.ContainsFunc(done, tok.AccessToken.Equal) {
			continue
		}
		done = append(done, tok.AccessToken)
		r, err := b.revokeOne(ctx, tok)
		tokens, failures = append(tokens, r), append(failures, err)
	}
	return tokens, errors.Join(failures...)
}

// Revoke ends the session of a token that is not in the cache. It returns nil if the
// service does not know the session.
func (b *Broker) Revoke(ctx context.Context, tok ssocache.Token) error {
	_, err := b.revokeOne(ctx, tok)
	return err
}

func (b *Broker) revokeOne(ctx context.Context, tok ssocache.Token) (revokedToken, error) {
	r := revokedToken{tok: tok, expired: tok.Left(b.now()) <= 0}
	if tok.Region == "" {
		return r, errors.New("the token file names no region")
	}
	service, tok, err := b.toOrigin(tok)
	if err != nil {
		return r, err
	}
	r.tok = tok
	if !tok.Refreshable(b.now()) {
		r.tok.RefreshToken = secret.String{} // the token has no valid client registration
	}
	err = b.endSession(ctx, service, &r)
	return r, err
}

// endSession ends the session by its access token. If the service no longer accepts the
// access token, endSession uses the refresh token.
func (b *Broker) endSession(ctx context.Context, service Service, r *revokedToken) error {
	if !r.expired || r.tok.RefreshToken.IsZero() {
		err := b.endAt(ctx, r.tok)
		if !errors.Is(err, idcenter.ErrUnauthorized) {
			return err
		}
		// The access token is no longer valid, but the session may still be.
		r.expired = true
		if r.tok.RefreshToken.IsZero() {
			return nil
		}
	}
	if err := b.spendToSignOut(ctx, service, r); err != nil || r.refused {
		return err
	}
	return b.endAt(ctx, r.tok)
}

// spendToSignOut exchanges the refresh token for an access token that can end the session,
// because an expired access token cannot. If the service refuses the refresh token, the
// session has already ended.
func (b *Broker) spendToSignOut(ctx context.Context, service Service, r *revokedToken) error {
	old := r.tok
	grant, err := b.refresh(ctx, service, old, old.RefreshToken)
	if cannotRefresh(err) {
		r.refused, r.tok.RefreshToken = true, secret.String{}
		return nil
	}
	if err != nil {
		return err
	}
	r.tok = old.Refreshed(grant.AccessToken, grant.RefreshToken, grant.Lifetime, b.now())
	r.tok.Origin = r.tok.Origin.Issued()
	r.expired, r.older = false, old.RefreshToken
	return nil
}

// endAt ends the session of an access token at the portal that issued it.
func (b *Broker) endAt(ctx context.Context, tok ssocache.Token) error {
	service, _, err := b.toOrigin(tok)
	if err != nil {
		return err
	}
	return service.Logout(ctx, tok.AccessToken)
}

// A Revoked is a session that was revoked at the service. It holds the tokens that
// [Broker.Verify] needs.
type Revoked struct {
	StartURL string
	tokens   []revokedToken
}

// A revokedToken is a token that the service must no longer accept.
type revokedToken struct {
	tok     ssocache.Token // the last token of the session; has no refresh token if the refresh failed
	older   secret.String  // a refresh token that was spent to sign out
	expired bool           // tok has expired, so the service would refuse it in any case
	refused bool           // the service has refused to refresh it
}

// ErrStillAccepted reports that the service accepts a token that was revoked.
var ErrStillAccepted = errors.New("the service still accepts the old token")

// ErrNothingToVerify reports that a session had ended before the sign-out. The service refuses
// the tokens of an ended session, so a test with them proves nothing about the sign-out.
var ErrNothingToVerify = errors.New("its token had already expired and could not be refreshed")

const (
	verifyPatience = 3 * time.Second // how long the service may take to refuse a revoked token
	verifyPause    = time.Second     // between two attempts
)

// Verify asks the service whether it refuses the tokens of a session after the sign-out, and
// returns nil if it does. Otherwise it returns [ErrStillAccepted], [ErrNothingToVerify], or
// another error if it could not ask the service.
//
// If the service refreshes the session by an old refresh token, Verify revokes the new token.
func (b *Broker) Verify(ctx context.Context, r Revoked) error {
	verified := false // for at least one token, the service was asked
	var doubt error
	for _, tok := range r.tokens {
		switch err := b.verify(ctx, tok); {
		case err == nil:
			verified = true
		case errors.Is(err, ErrStillAccepted), ctx.Err() != nil:
			return err
		case !errors.Is(err, ErrNothingToVerify):
			doubt = errors.Join(doubt, err)
		}
	}
	switch {
	case doubt != nil:
		return doubt
	case !verified:
		return ErrNothingToVerify
	}
	return nil
}

func (b *Broker) verify(ctx context.Context, r revokedToken) error {
	service, _, err := b.toOrigin(r.tok)
	if err != nil {
		return err
	}
	if err := awaitRefusal(ctx, service, r.tok.AccessToken); err != nil {
		return err
	}
	verified := !r.expired || r.refused
	for i, refresh := range []secret.String{r.tok.RefreshToken, r.older} {
		if refresh.IsZero() || i > 0 && refresh.Equal(r.tok.RefreshToken) {
			continue
		}
		if err := b.refuses(ctx, service, r.tok, refresh); err != nil {
			return err
		}
		verified = true
	}
	if !verified {
		return ErrNothingToVerify
	}
	return nil
}

// awaitRefusal waits until the service refuses an access token. It returns
// [ErrStillAccepted] if the service still accepts the token after verifyPatience.
func awaitRefusal(ctx context.Context, service Service, accessToken secret.String) error {
	for start := time.Now(); ; {
		taken, err := service.Accepts(ctx, accessToken)
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

// refuses returns nil if the service does not refresh the session any more. If the service
// refreshes the session, refuses revokes the new token and returns an error. It holds back
// signals until then.
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
		return fmt.Errorf("%w: the service refreshed the session, and the new token could not be revoked: %w", ErrStillAccepted, err)
	}
	return fmt.Errorf("%w: the service refreshed the session", ErrStillAccepted)
}

// cannotRefresh reports whether the service has refused the refresh token, or the client
// registration of the refresh token.
func cannotRefresh(err error) bool {
	var s *idcenter.ServiceError
	return errors.Is(err, idcenter.ErrInvalidGrant) || errors.Is(err, idcenter.ErrInvalidClient) ||
		errors.As(err, &s) && s.Code == "ExpiredTokenException"
}
