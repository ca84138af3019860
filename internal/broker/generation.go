package broker

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/datafile"
	"github.com/lanyard-cli/lanyard/internal/profile"
	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// A generation names the time between two sign-outs of a session, or two sign-ins: what
// was begun in one may not be saved in the next. Like an outcome it is kept in a form
// that is not JSON.
type generation struct {
	id    string // opaque; "" before the first
	known bool   // false: the file could not be read, which says nothing about the session
}

// generation reads the session's present generation.
func (b *Broker) generation(s profile.Session) generation {
	path := b.sessionFile(s, ".generation")
	text, err := readCompanion(path)
	if err != nil {
		b.debug("generation not known", "file", path, "error", err)
	}
	return generation{text, err == nil}
}

// over reports whether the generation is known to have ended by now. A generation
// that could not be read, before or now, counts as going on.
func (g generation) over(now generation) bool { return g.known && now.known && g.id != now.id }

// What begins a generation.
const (
	bySignIn  = "sign-in"
	bySignOut = "sign-out"
	byMove    = "move"
)

// nextGeneration begins a new one. On a full disk the file of the old generation is
// removed instead, which ends that generation too.
func (b *Broker) nextGeneration(s profile.Session, by string) error {
	path := b.sessionFile(s, ".generation")
	err := b.writeCompanion(path, "lanyard-generation "+rand.Text()+" "+by+"\n")
	if err != nil && os.Remove(path) == nil {
		b.debug("generation removed, because the next one cannot be written", "file", path, "error", err)
		return nil
	}
	return err
}

// overSince reports whether the session is known to have been signed out of, or into,
// since the generation was read. Where generations could not be read, a session
// without any token file is one that was signed out of.
func (b *Broker) overSince(s profile.Session, g generation) bool {
	now := b.generation(s)
	return g.over(now) || (!g.known || !now.known) && b.gone(s)
}

// gone reports whether the session is known to have no token under any of its names.
func (b *Broker) gone(s profile.Session) bool {
	for _, key := range b.names(s) {
		if _, err := b.Cache.LoadToken(key); !errors.Is(err, ssocache.ErrNotFound) {
			return false
		}
	}
	return true
}

// signedOutSince reports whether the generation is known to be over, and the last
// thing that ended one was a sign-out.
func (b *Broker) signedOutSince(s profile.Session, g generation) bool {
	now := b.generation(s)
	return g.over(now) && strings.HasSuffix(now.id, " "+bySignOut+"\n")
}

// readCompanion returns the content of a companion file; "" if there is none. Any
// error means that the content is not known.
func readCompanion(path string) (string, error) {
	data, err := datafile.Read(path, datafile.Limit)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return string(data), err
}
