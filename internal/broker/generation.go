package broker

import (
	"crypto/rand"
	"os"

	"lanyard/internal/profile"
)

// generation names the time between two sign-outs of a session: what was begun
// in one may not be saved in the next. It is opaque; "" before the first
// sign-out. Like an outcome it is kept in a form that is not JSON.
func (b *Broker) generation(s profile.Session) string {
	data, _ := os.ReadFile(b.sessionFile(s, ".generation")) // none yet
	return string(data)
}

// nextGeneration begins a new one.
func (b *Broker) nextGeneration(s profile.Session) error {
	return b.writeCompanion(b.sessionFile(s, ".generation"), "lanyard-generation "+rand.Text()+"\n")
}
