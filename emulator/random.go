package emulator

import (
	crand "crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
)

// A source yields the bytes of which identifiers are made: the operating
// system's, or with a seed always the same ones in the same order. It is safe for
// concurrent use.
type source struct {
	mu sync.Mutex
	r  io.Reader
}

func newSource(seed uint64) *source {
	if seed == 0 {
		return &source{r: crand.Reader}
	}
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	return &source{r: rand.NewChaCha8(key)}
}

// bytes returns n random bytes as a string, ready to be a map's key.
func (s *source) bytes(n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := make([]byte, n)
	// Neither reader can fail: crypto/rand ends the program instead.
	_, _ = io.ReadFull(s.r, b)
	return string(b)
}

// pick returns n letters of alphabet, which holds at most 256.
func (s *source) pick(n int, alphabet string) string {
	out := make([]byte, 0, n)
	limit := 256 - 256%len(alphabet) // above it some letters would be likelier
	for len(out) < n {
		for _, c := range []byte(s.bytes(n)) {
			if int(c) < limit && len(out) < n {
				out = append(out, alphabet[int(c)%len(alphabet)])
			}
		}
	}
	return string(out)
}

// float returns a number in [0, 1).
func (s *source) float() float64 {
	return float64(binary.LittleEndian.Uint64([]byte(s.bytes(8)))>>11) / (1 << 53)
}

// uuid returns a random UUID (RFC 9562, version 4), the form of a request id.
func (s *source) uuid() string {
	b := []byte(s.bytes(16))
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
