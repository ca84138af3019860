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

// Move brings the tokens and role credentials of a session, under all of its
// names, into another store, and what files lists besides: paths of the cache. It
// returns how many there were.
//
// A renewal under way is waited for, and what is being fetched at the moment is not
// stored: it would come to lie in the old store.
func (b *Broker) Move(ctx context.Context, s profile.Session, keys []string, to string, files []string) (int, error) {
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(signOutWait), unsettled)
	if err != nil {
		return 0, err
	}
	defer g.release()
	if err := b.nextGeneration(s, byMove); err != nil {
		return 0, b.storageError("not moved", err)
	}
	total := 0
	var unknown []error // what may be left behind
	for _, key := range keys {
		paths, err := b.Cache.Belonging(key)
		unknown = append(unknown, err)
		if key == s.Key() {
			paths = append(paths, files...)
		}
		slices.Sort(paths)
		paths = slices.Compact(paths)
		// The token's marker decides where the next role credentials go: if this
		// ends half-way, that must not be a file that a marker hides.
		if to == keystore.File {
			paths = append(paths, b.Cache.TokenPath(key))
		} else {
			paths = slices.Insert(paths, 0, b.Cache.TokenPath(key))
		}
		n, err := b.Cache.Move(key, to, paths)
		if total += n; err != nil {
			return total, err
		}
	}
	b.Cache.Sweep(b.now())
	return total, joined(unknown)
}

// Adopt gives the token that was kept under a start URL, by legacy profiles, to the
// session itself, unless the session has one. spellings are the start URLs that the
// profiles had. The role credentials of those profiles go: nothing asks for them any
// more.
func (b *Broker) Adopt(ctx context.Context, s profile.Session, spellings []string) error {
	g, err := b.wait(ctx, b.sessionFile(s, ".lock"), time.Now().Add(signOutWait), unsettled)
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
		return own // a token may be lost
	}
	if best == "" {
		return nil
	}
	if errors.Is(own, ssocache.ErrNotFound) {
		if err := b.Cache.SaveToken(s.Key(), old[best]); err != nil {
			return b.storageError("not moved", err)
		}
		b.writeTrack(s.Key(), b.readTrack(best))
	}
	for url := range old {
		paths, _ := b.Cache.Belonging(url) // nothing asks for what is left
		for _, path := range append(paths, b.Cache.TokenPath(url)) {
			if err := b.Cache.Remove(path); err != nil {
				return err
			}
		}
	}
	return nil
}

// adoptable returns the session's tokens that lie under start URLs, and the spelling
// whose token is to be adopted; "" for none.
func (b *Broker) adoptable(s profile.Session, spellings []string) (old map[string]ssocache.Token, best string, err error) {
	old = make(map[string]ssocache.Token)
	for _, url := range spellings {
		tok, err := b.Cache.LoadToken(url)
		if keystore.Unknown(err) {
			return nil, "", err // a token may be lost
		}
		if err != nil || !tok.Belongs(s.StartURL, s.Region) {
			continue // there is nothing to adopt
		}
		// One spelling has the refresh token, and the others have copies.
		if now := b.now(); best == "" || tok.Refreshable(now) && !old[best].Refreshable(now) {
			best = url
		}
		old[url] = tok
	}
	return old, best, nil
}
