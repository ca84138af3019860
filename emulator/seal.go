// Identifiers and tokens: random bytes, and sealed texts that clients cannot forge.

package emulator

import (
	"crypto/hmac"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
)

// A sealer makes tokens that contain their data and cannot be forged. The emulator does not store
// these tokens, so it can issue any number of them. A token of one kind is not valid as a token
// of another kind.
type sealer struct{ key []byte }

// The kinds of sealed texts. The signature covers the kind.
const (
	kindAccess  = "access"
	kindRefresh = "refresh"
	kindCode    = "code"
	kindDevice  = "device"
	kindCookie  = "cookie"
	kindSecret  = "client-secret"
	kindPage    = "page"
	kindSession = "session-token"
	kindConsole = "console"
	kindWeb     = "web-identity"
)

const macSize = 16

// seal returns payload as a signed text of the kind. It does not encrypt the payload.
func (s sealer) seal(kind, payload string) string {
	return s.sealAs(base64.RawURLEncoding, kind, payload)
}

// open returns the payload of a text that seal returned for this kind.
func (s sealer) open(kind, text string) (payload string, ok bool) {
	return s.openAs(base64.RawURLEncoding, kind, text)
}

// sealAs is like seal, but with another encoding.
func (s sealer) sealAs(enc *base64.Encoding, kind, payload string) string {
	return enc.EncodeToString(append([]byte(payload), s.mac(kind, payload)[:macSize]...))
}

// openAs is like open, but with another encoding.
func (s sealer) openAs(enc *base64.Encoding, kind, text string) (payload string, ok bool) {
	// A token must have exactly one valid text. Strict rejects stray bits. The decoder skips line
	// breaks, so check for them.
	b, err := enc.Strict().DecodeString(text)
	if err != nil || len(b) < macSize || strings.ContainsAny(text, "\r\n") {
		return "", false
	}
	payload, mac := string(b[:len(b)-macSize]), b[len(b)-macSize:]
	return payload, hmac.Equal(mac, s.mac(kind, payload)[:macSize])
}

func (s sealer) mac(kind, payload string) []byte {
	h := hmac.New(sha256.New, s.key)
	h.Write([]byte(kind + "\x00" + payload))
	return h.Sum(nil)
}

// A source returns random bytes for identifiers. With a seed, it always returns the same
// bytes in the same order. It is safe for concurrent use.
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

// bytes returns n random bytes as a string, for use as a map key.
func (s *source) bytes(n int) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := make([]byte, n)
	// Neither reader returns an error. If crypto/rand fails, it ends the program.
	_, _ = io.ReadFull(s.r, b)
	return string(b)
}

// pick returns n random letters of the alphabet. The alphabet has at most 256 letters.
func (s *source) pick(n int, alphabet string) string {
	out := make([]byte, 0, n)
	limit := 256 - 256%len(alphabet) // makes all letters equally likely
	for len(out) < n {
		for _, c := range []byte(s.bytes(n)) {
			if int(c) < limit && len(out) < n {
				out = append(out, alphabet[int(c)%len(alphabet)])
			}
		}
	}
	return string(out)
}

const (
	letters       = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	alphanumerics = letters + "abcdefghijklmnopqrstuvwxyz0123456789"
)

// float returns a number in [0, 1).
func (s *source) float() float64 {
	return float64(binary.LittleEndian.Uint64([]byte(s.bytes(8)))>>11) / (1 << 53)
}

// uuid returns a random UUID (RFC 9562, version 4) for a request id.
func (s *source) uuid() string {
	b := []byte(s.bytes(16))
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
