package broker

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/lanyard-cli/lanyard/internal/keystore"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// Move moves the tokens and role credentials of a session, under all of its names, to another
// store. files lists more cache files to move. Move returns the number of moved values. Move waits
// for a refresh in progress. If a process fetches role credentials during the move, it does not
// store them, because it would write them to the old store.
func (b *Broker) Move(ctx context.Context, s profile.Session, keys []string, store string, files []string) (int, error) {
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(signOutWait), noReply)
	if err != nil {
		return 0, err
	}
	defer g.release()
	if err := b.nextGeneration(s, byMove); err != nil {
		return 0, b.storageError("not moved", err)
	}
	total := 0
	var unknown []error // about files that may be left in the old store
	for _, key := range keys {
		paths, err := b.Cache.PathsOf(key)
		unknown = append(unknown, err)
		if key == s.Key() {
			paths = append(paths, files...)
		}
		slices.Sort(paths)
		paths = slices.Compact(paths)
		// The marker of the token (".NAME.store") decides where processes store new role
		// credentials. If a role has a marker, readers ignore its plaintext file. An interrupted
		// move must not leave a marker beside a file that processes still write. So a move to a
		// backend starts with the token, and a move to the files ends with the token.
		if store == keystore.File {
			paths = append(paths, b.Cache.TokenPath(key))
		} else {
			paths = slices.Insert(paths, 0, b.Cache.TokenPath(key))
		}
		n, err := b.Cache.Move(key, store, paths)
		if total += n; err != nil {
			return total, err
		}
	}
	b.Cache.Sweep(b.now())
	return total, joined(unknown)
}

// Adopt moves the token of legacy profiles to the session s, if s has no token. The token of
// legacy profiles is stored under their start URL, in one of the spellings. Adopt removes the
// role credentials of the legacy profiles, because nothing uses them any more.
func (b *Broker) Adopt(ctx context.Context, s profile.Session, spellings []string) error {
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(signOutWait), noReply)
	if err != nil {
		return err
	}
	defer g.release()
	old, best, err := b.adoptable(s, spellings)
	if err != nil {
		return err
	}
	_, own := b.Cache.LoadToken(s.Key())
	if keystore.Unknown(own) {
		return own // a move might overwrite a token
	}
	if best == "" {
		return nil
	}
	if errors.Is(own, ssocache.ErrNotFound) {
		if err := b.Cache.SaveToken(s.Key(), old[best]); err != nil {
			return b.storageError("not moved", err)
		}
		b.writeHistory(s.Key(), b.readHistory(best))
	}
	for url := range old {
		paths, _ := b.Cache.PathsOf(url) // nothing uses the files that cannot be read
		for _, path := range append(paths, b.Cache.TokenPath(url)) {
			if err := b.Cache.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// adoptable returns the session's tokens that are stored under start URLs. preferred is the
// spelling of the token to adopt, or "" if no such token exists.
func (b *Broker) adoptable(s profile.Session, spellings []string) (tokens map[string]ssocache.Token, preferred string, err error) {
	tokens = make(map[string]ssocache.Token)
	for _, url := range spellings {
		tok, err := b.Cache.LoadToken(url)
		if keystore.Unknown(err) {
			return nil, "", err // a move might lose a token
		}
		if err != nil || !tok.Belongs(s.StartURL, s.Region) {
			continue
		}
		// One spelling has the refresh token, the other spellings have copies of the access token.
		if now := b.now(); preferred == "" || tok.Refreshable(now) && !tokens[preferred].Refreshable(now) {
			preferred = url
		}
		tokens[url] = tok
	}
	return tokens, preferred, nil
}
