// Package random returns random identifiers.
package random

import (
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
)

// A Source returns random bytes for identifiers. Make it with [New]. With a seed, it always returns the same
// bytes in the same order. It is safe for concurrent use.
type Source struct {
	mu sync.Mutex
	r  io.Reader
}

// New returns a Source. A seed makes all its bytes predictable, if the seed is not 0.
func New(seed uint64) *Source {
	if seed == 0 {
		return &Source{r: crand.Reader}
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return &Source{r: rand.NewChaCha8(key)}
}

// Bytes returns n random bytes as a string, for use as a map key.
func (s *Source) Bytes(n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := make([]byte, n)
	// Neither reader returns an error. If crypto/rand fails, it ends the program.
	_, _ = io.ReadFull(s.r, b)
	return string(b)
}

// Pick returns n random letters of the alphabet. The alphabet has at most 256 letters.
func (s *Source) Pick(n int, alphabet string) string {
	out := make([]byte, 0, n)
	limit := 256 - 256%len(alphabet) // makes all letters equally likely
	for len(out) < n {
		for _, c := range []byte(s.Bytes(n)) {
			if int(c) < limit && len(out) < n {
				out = append(out, alphabet[int(c)%len(alphabet)])
			}
		}
	}
	return string(out)
}

// The alphabets of identifiers.
const (
	Letters       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	Alphanumerics = Letters + "abcdefghijklmnopqrstuvwxyz0123456789"
)

// Float returns a number in [0, 1).
func (s *Source) Float() float64 {
	return float64(binary.LittleEndian.Uint64([]byte(s.Bytes(8)))>>11) / (1 << 53)
}

// UUID returns a random UUID (RFC 9562, version 4) for a request id.
func (s *Source) UUID() string {
	b := []byte(s.Bytes(16))
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
