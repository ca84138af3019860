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

// entries keeps values of any size in a ring whose entries are limited.
//
// The entry called NAME is the head. A small value stands in it. A larger one lies
// in NAME/a/0, NAME/a/1, … or in NAME/b/0, …: a new value is written to the side
// that the head does not name, then the head is replaced, then the other side is
// removed. If the process dies in between, the head leads to a whole value.
type entries struct {
	ring  ring
	limit int // bytes of one entry
}

const (
	headMagic  = "lanyard-value "
	maxPieces  = 64
	rereadings = 3 // while another process replaces the value
)

// A head is the content of the entry called NAME: the value, or where its pieces are.
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
			return nil, corrupt(name, "a part of it is missing in the keychain")
		}
		if err != nil {
			return nil, err
		}
		b.WriteString(piece)
	}
	if sumOf(b.String()) != h.sum {
		return nil, corrupt(name, "its parts in the keychain do not fit together")
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
		return head{}, corrupt(name, "its entry in the keychain is not one of ours")
	}
	return h, nil
}

// Prepare writes as many bytes as a token may have to entries that are never read: a
// keychain may be readable and full, or locked meanwhile.
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

// trial is a side of its own: a sign-in may hold its place for minutes, while
// others renew the token.
const trial = "trial"

// A pendingEntries is room for one value.
type pendingEntries struct {
	entries *entries
	name    string
	used    bool
}

// Commit implements [Pending].
func (p *pendingEntries) Commit(data []byte) error {
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

// Abort implements [Pending].
func (p *pendingEntries) Abort() {
	if !p.used {
		p.used = true
		_ = p.entries.clear(p.name, trial, 0) // no secret
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

// Remove implements [Backend]. The head goes first: without it there is no value.
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

// clear removes the pieces of a side from the given number on, the last one first. If the
// process dies in between, no gap is left, and the next call finds the rest.
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

func pieceName(name, side string, i int) string { return name + "/" + side + "/" + strconv.Itoa(i) }

func sumOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
