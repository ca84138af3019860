package keystore

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

func isCorrupt(err error) bool { return errors.Is(err, ssocache.ErrCorrupt) }

// A ringPlace is room for one value.
type ringPlace struct {
	entries *entries
	name    string
	used    bool
}

// usual is the size of value that is tried before something is spent on it.
const usual = 4 << 10

// trial is a side of its own: a sign-in may hold its place for minutes, while
// others renew the token.
const trial = "trial"

// Prepare writes as many bytes as a token may have to entries that nobody reads: a
// keychain may be readable and full, or locked meanwhile.
func (e *entries) Prepare(name string) (Place, error) {
	for i := range (usual + e.limit - 1) / e.limit {
		if err := e.ring.Set(pieceName(name, trial, i), strings.Repeat(".", min(usual, e.limit))); err != nil {
			return nil, err
		}
	}
	return &ringPlace{entries: e, name: name}, nil
}

// Commit implements [Place].
func (p *ringPlace) Commit(data []byte) error {
	if p.used {
		return errors.New("the place is used up")
	}
	p.used = true
	e, s := p.entries, string(data)
	defer func() { _ = e.clear(p.name, trial, 0) }() // no secret
	if head := headMagic + "inline\n" + s; len(head) <= e.limit {
		if err := e.ring.Set(p.name, head); err != nil {
			return err
		}
		_ = e.clear(p.name, "a", 0) // the head counts; the next write clears the rest
		_ = e.clear(p.name, "b", 0)
		return nil
	}
	return e.split(p.name, s)
}

// split stores a value in pieces.
func (e *entries) split(name, s string) error {
	h, err := e.head(name)
	if err != nil && !errors.Is(err, ssocache.ErrNotFound) && !isCorrupt(err) {
		return err
	}
	side, old := "a", "b"
	if h.side == "a" {
		side, old = "b", "a"
	}
	n := (len(s) + e.limit - 1) / e.limit
	if n > maxPieces {
		return fmt.Errorf("%s has %d bytes, which is more than the keychain is given", name, len(s))
	}
	for i := range n {
		if err := e.ring.Set(pieceName(name, side, i), s[i*e.limit:min(len(s), (i+1)*e.limit)]); err != nil {
			return err
		}
	}
	if err := e.ring.Set(name, headMagic+side+" "+strconv.Itoa(n)+" "+sumOf(s)+"\n"); err != nil {
		return err
	}
	_ = e.clear(name, old, 0)
	_ = e.clear(name, side, n)
	return nil
}

// Abort implements [Place].
func (p *ringPlace) Abort() {
	if !p.used {
		p.used = true
		_ = p.entries.clear(p.name, trial, 0) // no secret
	}
}

// Remove implements [Vault]. The head goes first: without it there is no value.
func (e *entries) Remove(name string) error {
	if err := e.ring.Delete(name); err != nil && !errors.Is(err, errNoEntry) {
		return err
	}
	var failures []error
	for _, side := range []string{"a", "b", trial} {
		failures = append(failures, e.clear(name, side, 0))
	}
	return errors.Join(failures...)
}

// clear removes the pieces of a side from the number on, the last one first: what
// dies in between leaves them without a gap, and the next call finds the rest.
func (e *entries) clear(name, side string, from int) error {
	end := from
	for ; end < maxPieces; end++ {
		_, err := e.ring.Get(pieceName(name, side, end))
		if errors.Is(err, errNoEntry) {
			break
		}
		if err != nil {
			return err // there may be more
		}
	}
	for end--; end >= from; end-- {
		if err := e.ring.Delete(pieceName(name, side, end)); err != nil && !errors.Is(err, errNoEntry) {
			return err
		}
	}
	return nil
}
