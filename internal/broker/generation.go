package broker

import (
	"crypto/rand"
	"os"
	"strings"

	"lanyard/internal/profile"
)

// generation names the time between two sign-outs of a session, or two sign-ins: what
// was begun in one may not be saved in the next. It is opaque; "" before the first.
// Like an outcome it is kept in a form that is not JSON.
func (b *Broker) generation(s profile.Session) string {
	data, _ := os.ReadFile(b.sessionFile(s, ".generation")) // none yet
	return string(data)
}

// What begins a generation.
const (
	bySignIn  = "sign-in"
	bySignOut = "sign-out"
	byMove    = "move"
)

// nextGeneration begins a new one.
func (b *Broker) nextGeneration(s profile.Session, by string) error {
	return b.writeCompanion(b.sessionFile(s, ".generation"), "lanyard-generation "+rand.Text()+" "+by+"\n")
}

// signedOutSince says whether the last thing that ended the generation was a sign-out.
func (b *Broker) signedOutSince(s profile.Session, generation string) bool {
	now := b.generation(s)
	return now != generation && strings.HasSuffix(now, " "+bySignOut+"\n")
}
