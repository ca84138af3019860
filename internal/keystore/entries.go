package keystore

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/lanyard-cli/lanyard/internal/ssocache"
)

// An entries stores values of any size in a keychain whose entries have a limited size.
//
// The entry called NAME is the head. The head contains a small value itself. A larger value
// is split into pieces: NAME/a/0, NAME/a/1, … (side a) or NAME/b/0, … (side b). To replace a
// value, Commit writes the new pieces to the side that the head does not name. Then it
// replaces the head, and then it removes the old side. If the process dies between these
// steps, the head still names a complete value.
type entries struct {
	ring  ring
	limit int // bytes of one entry
}

const (
	headMagic  = "lanyard-value "
	maxPieces  = 64
	rereadings = 3 // how often Load reads again while another process replaces the value
)

// A head is the content of the entry called NAME: the value itself, or a description of its
// pieces.
type head struct {
	inline bool
	data   string // if inline
	side   string // "a" or "b"
	pieces int
	sum    string
}

func parseHead(s string) (head, bool) {
	rest, ok := strings.CutPrefix(s, headMagic)
	line, data, cut := strings.Cut(rest, "\n")
	if !ok || !cut {
		return head{}, false
	}
	if line == "inline" {
		return head{inline: true, data: data}, true
	}
	f := strings.Fields(line)
	if len(f) != 3 || f[0] != "a" && f[0] != "b" {
		return head{}, false
	}
	n, err := strconv.Atoi(f[1])
	return head{side: f[0], pieces: n, sum: f[2]}, err == nil && n > 0 && n <= maxPieces
}

// Load implements [Backend].
func (e *entries) Load(name string) ([]byte, error) {
	var err error
	for range rereadings {
		var data []byte
		if data, err = e.loadOnce(name); !isCorrupt(err) {
			return data, err
		}
	}
	return nil, err
}

func (e *entries) loadOnce(name string) ([]byte, error) {
	h, err := e.head(name)
	if err != nil {
		return nil, err
	}
	if h.inline {
		return []byte(h.data), nil
	}
	var b strings.Builder
	for i := range h.pieces {
		piece, err := e.ring.Get(pieceName(name, h.side, i))
		if errors.Is(err, errNoEntry) {
			return nil, corrupt(name, "a piece is missing in the keychain")
		}
		if err != nil {
			return nil, err
		}
		b.WriteString(piece)
	}
	if sumOf(b.String()) != h.sum {
		return nil, corrupt(name, "the pieces in the keychain have a wrong checksum")
	}
	return []byte(b.String()), nil
}

func (e *entries) head(name string) (head, error) {
	s, err := e.ring.Get(name)
	if errors.Is(err, errNoEntry) {
		return head{}, notFound(name)
	}
	if err != nil {
		return head{}, err
	}
	h, ok := parseHead(s)
	if !ok {
		return head{}, corrupt(name, "invalid entry in the keychain")
	}
	return h, nil
}

// Prepare implements [Backend]. A keychain can be readable but full or locked. So Prepare
// writes as many bytes as a token needs, to entries that no process reads.
func (e *entries) Prepare(name string) (Pending, error) {
	for i := range (usual + e.limit - 1) / e.limit {
		if err := e.ring.Set(pieceName(name, trial, i), strings.Repeat(".", min(usual, e.limit))); err != nil {
			return nil, err
		}
	}
	return &pendingEntries{entries: e, name: name}, nil
}

// usual is the size of the value that Prepare tries to store.
const usual = 4 << 10

// trial is the side that Prepare writes to. It cannot be a or b: a sign-in may be pending for
// minutes, while other processes refresh the token.
const trial = "trial"

// A pendingEntries is a [Pending] value of entries.
type pendingEntries struct {
	entries *entries
	name    string
	done    bool
}

// Commit implements [Pending].
func (p *pendingEntries) Commit(data []byte) error {
	if p.done {
		return errors.New("Commit or Abort was already called")
	}
	p.done = true
	e, s := p.entries, string(data)
	defer func() { _ = e.clear(p.name, trial, 0) }() // a failure leaves no secret
	if head := headMagic + "inline\n" + s; len(head) <= e.limit {
		if err := e.ring.Set(p.name, head); err != nil {
			return err
		}
		_ = e.clear(p.name, "a", 0) // after a failure, the next write clears them
		_ = e.clear(p.name, "b", 0)
		return nil
	}
	return e.split(p.name, s)
}

// Abort implements [Pending].
func (p *pendingEntries) Abort() {
	if !p.done {
		p.done = true
		_ = p.entries.clear(p.name, trial, 0) // a failure leaves no secret
	}
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
		return fmt.Errorf("%s: %d bytes are too many for the keychain", name, len(s))
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

// Remove implements [Backend]. It removes the head first: without a head the value does not
// exist.
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

// clear removes the pieces of a side whose number is first or greater. It removes the last piece
// first. If the process dies, the remaining pieces have no gap, so the next call finds them.
func (e *entries) clear(name, side string, first int) error {
	end := first
	for ; end < maxPieces; end++ {
		_, err := e.ring.Get(pieceName(name, side, end))
		if errors.Is(err, errNoEntry) {
			break
		}
		if err != nil {
			return err // more pieces may exist
		}
	}
	for end--; end >= first; end-- {
		if err := e.ring.Delete(pieceName(name, side, end)); err != nil && !errors.Is(err, errNoEntry) {
			return err
		}
	}
	return nil
}

func pieceName(name, side string, i int) string { return name + "/" + side + "/" + strconv.Itoa(i) }

func sumOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
