package broker

import (
	"crypto/rand"
	"errors"
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A generation is the time between two sign-ins or sign-outs of a session. A process reads
// the generation before it calls a service, and again before it stores the result. If the
// generation has changed, the result belongs to an earlier sign-in and is not stored.
type generation struct {
	id    string // the content of the file; "" if the file does not exist
	known bool   // false if the file could not be read
}

// generation returns the session's current generation.
func (b *Broker) generation(s profile.Session) generation {
	path := b.sessionFile(s, ".generation")
	text, err := readSidecar(path)
	if err != nil {
		b.debug("generation not known", "file", path, "error", err)
	}
	return generation{text, err == nil}
}

// replacedBy reports whether the current generation is known to differ from g. It returns false if
// either file could not be read.
func (g generation) replacedBy(current generation) bool {
	return g.known && current.known && g.id != current.id
}

// The events that begin a generation.
const (
	bySignIn  = "sign-in"
	bySignOut = "sign-out"
	byMove    = "move"
)

// nextGeneration begins a new generation. If the disk is full, it removes the file, which
// also ends the old generation.
func (b *Broker) nextGeneration(s profile.Session, by string) error {
	path := b.sessionFile(s, ".generation")
	err := b.writeSidecar(path, "lanyard-generation "+rand.Text()+" "+by+"\n")
	if err != nil && os.Remove(path) == nil {
		b.debug("generation removed, because the next one cannot be written", "file", path, "error", err)
		return nil
	}
	return err
}

// overSince reports whether the user is known to have signed in or out since g was read. If
// either generation is unknown, a session without any token file counts as signed out.
func (b *Broker) overSince(s profile.Session, g generation) bool {
	now := b.generation(s)
	return g.replacedBy(now) || (!g.known || !now.known) && b.hasNoToken(s)
}

// hasNoToken reports whether the session is known to have no token under any of its names.
func (b *Broker) hasNoToken(s profile.Session) bool {
	for _, key := range b.names(s) {
		if _, err := b.Cache.LoadToken(key); !errors.Is(err, ssocache.ErrNotFound) {
			return false
		}
	}
	return true
}

// signedOutSince reports whether the generation has ended since g was read, and the
// latest change was a sign-out.
func (b *Broker) signedOutSince(s profile.Session, g generation) bool {
	now := b.generation(s)
	return g.replacedBy(now) && strings.HasSuffix(now.id, " "+bySignOut+"\n")
}
