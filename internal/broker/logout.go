package broker

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/atomicfile"
	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
	"github.com/lanyard-cli/lanyard/internal/starturl"
)

// A SignOut is what a logout did.
type SignOut struct {
	Files     []string    // the token files that are gone
	Revoked   []Revoked   // sessions that the service was told about: see Verify
	Unrevoked []Unrevoked // sessions that the service could not be told about
}

// An Unrevoked session is signed out here, but its token still works for
// whoever has a copy, until it expires.
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
	return out, joined(append(failures, b.removeCredentials(roles, func(c ssocache.Credentials) bool { return slices.Contains(names, c.Session) })))
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
	return out, joined(append(failures, b.removeCredentials(nil, func(ssocache.Credentials) bool { return true })))
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
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(signOutWait), unsettled)
	if err != nil {
		return SignOut{}, err
	}
	defer g.release()
	files, unknown := list()
	proofs, err := b.revoke(ctx, files)
	if err != nil && ctx.Err() != nil {
		return SignOut{}, ctx.Err()
	}
	var out SignOut
	switch {
	case err != nil:
		out.Unrevoked = []Unrevoked{{s.StartURL, err}}
	case len(proofs) > 0: // else another process was faster
		out.Revoked = []Revoked{{s.StartURL, proofs}}
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

// removeCredentials removes the files of role credentials with the names, and those for
// which also is true.
func (b *Broker) removeCredentials(names []string, also func(ssocache.Credentials) bool) error {
	var failures []error
	for _, name := range names {
		failures = append(failures, b.Cache.Remove(filepath.Join(b.Cache.Roles(), name)))
	}
	found, unknown := b.Cache.KnownCredentials()
	failures = append(failures, unknown...)
	for _, f := range found {
		if also(f.Value) {
			failures = append(failures, b.Cache.Remove(f.Path))
		}
	}
	return errors.Join(failures...)
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
