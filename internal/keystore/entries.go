package keystore

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"strings"
)

// entries keeps values of any size in a ring whose entries are limited.
//
// The entry called NAME is the head. A small value stands in it. A larger one lies
// in NAME/a/0, NAME/a/1, … or in NAME/b/0, …: a new value is written to the side
// that the head does not name, then the head is replaced, then the other side is
// removed. Whatever dies in between, the head leads to a whole value.
type entries struct {
	ring  ring
	limit int // bytes of one entry
}

const (
	headMagic  = "lanyard-value "
	maxPieces  = 64
	rereadings = 3 // while another process replaces the value
)

// A head says where a value is.
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

// Load implements [Vault].
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

func pieceName(name, side string, i int) string { return name + "/" + side + "/" + strconv.Itoa(i) }

func sumOf(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
